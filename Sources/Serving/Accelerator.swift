import Foundation
import Yams

/// What serves: memory, bandwidth and arithmetic of one device, from its data sheet.
public struct Accelerator: Sendable, Hashable, Decodable {
    public struct Link: Sendable, Hashable, Decodable {
        public let name: String
        /// Both directions added.
        public let bidirectionalGBs: Double
        /// Devices that share the link in the usual server.
        public let perNode: Int

        public var oneWayBytesPerSecond: Double { bidirectionalGBs * 1e9 / 2 }
    }

    public let id: String
    public let name: String
    /// Decimal gigabytes, as sold.
    public let memoryGB: Double
    /// What a program finds free on a real card, in GiB, as drivers and engines print it; nil if it is unknown.
    public let visibleGiB: Double?
    public let bandwidthGBs: Double
    /// Dense; the doubled figure of some data sheets counts 2:4 sparsity.
    public let bf16TFLOPS: Double
    public let fp8TFLOPS: Double?
    public let link: Link
    /// When these figures were last compared with the sources.
    public let date: CatalogueDate
    public let sources: [String]
    public let notes: [String]?

    public var memoryBytes: Double { memoryGB * 1e9 }
    /// Of a real card where it is known. Cards are sold by round numbers: an H100 of 80 GB shows 85 · 10⁹ bytes.
    public var realMemoryBytes: Double { visibleGiB.map { $0 * Double(1 << 30) } ?? memoryBytes }
    public var bytesPerSecond: Double { bandwidthGBs * 1e9 }
    public var flopsPerSecond: Double { bf16TFLOPS * 1e12 }

    /// FLOPs per byte above which arithmetic is the limit, not memory.
    public var ridge: Double { flopsPerSecond / bytesPerSecond }
}

/// The accelerators that the tool knows by name.
public struct AcceleratorCatalogue: Sendable {
    public let accelerators: [Accelerator]

    /// The catalogue that the binary carries.
    public static let shipped = AcceleratorCatalogue(trusted: PackageResources.accelerators_yaml)

    private init(trusted bytes: [UInt8]) {
        do {
            accelerators = try YAMLDecoder().decode([Accelerator].self, from: Data(bytes))
        } catch {
            preconditionFailure("Catalogue/accelerators.yaml: \(error)")
        }
    }

    /// Punctuation does not count, and the start of a name is enough where it fits one accelerator only.
    public func accelerator(named name: String) throws(CatalogueError) -> Accelerator {
        let typed = ModelCatalogue.lettersAndDigits(name)
        let fitting = accelerators.filter { ModelCatalogue.lettersAndDigits($0.id).hasPrefix(typed) }
        let exact = fitting.first { ModelCatalogue.lettersAndDigits($0.id) == typed }
        guard !typed.isEmpty, let accelerator = exact ?? (fitting.count == 1 ? fitting[0] : nil) else {
            throw CatalogueError(kind: "accelerator", name: name, known: accelerators.map(\.id))
        }
        return accelerator
    }
}
