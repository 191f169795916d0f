import Attention
import Kernels

/// The first line of a program that is an engine: who it is, and which kernels it has.
///
/// `{"attnbenchEngine":1,"engine":{"name":"torch","version":"2.9","details":{"isa":"avx512"}},"kernels":[…]}`. Fields that a
/// reader does not know are ignored, here and in every other line.
public struct EngineGreeting: Codable, Hashable, Sendable {
    /// The version of the protocol. A change that an older reader would misunderstand raises it.
    public static let version = 1

    public struct Engine: Codable, Hashable, Sendable {
        public let name: String
        public let version: String
        /// What else a reader of results should know: versions of libraries, the instruction set in use.
        public let details: [String: String]?

        public init(name: String, version: String, details: [String: String]? = nil) {
            self.name = name
            self.version = version
            self.details = details
        }
    }

    /// A kernel in the engine's own words: one that says something unknown is listed, and not run.
    public struct Kernel: Codable, Hashable, Sendable {
        public let name: String
        public let summary: String?
        public let phase: String
        public let mask: String
        public let elementTypes: [String]

        public init(name: String, summary: String?, phase: String, mask: String, elementTypes: [String]) {
            self.name = name
            self.summary = summary
            self.phase = phase
            self.mask = mask
            self.elementTypes = elementTypes
        }

        /// The kernel as this program has it, which does not know how to make it ready; nil where its phase, its mask or
        /// all of its element types are unknown here.
        /// - Parameter engine: what the engine is called.
        public func kernel(of engine: EngineName) -> Kernels.Kernel? {
            let types = ElementType.allCases.filter { elementTypes.contains($0.rawValue) }
            guard let phase = Phase(rawValue: phase), let masks = knownMask, !types.isEmpty else { return nil }
            return Kernels.Kernel(
                "\(engine)/\(name)", summary: summary ?? "", phase: phase, masks: masks, elementTypes: types)
        }

        private var knownMask: MaskFamily? { mask == MaskFamily.any.name ? .any : try? MaskFamily.named(mask) }
    }

    public let attnbenchEngine: Int
    public let engine: Engine
    public let kernels: [Kernel]

    public init(engine: Engine, kernels: [Kernel]) {
        attnbenchEngine = Self.version
        self.engine = engine
        self.kernels = kernels
    }
}
