import Foundation
import Yams

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
