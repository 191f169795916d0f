import Attention
import Kernels

/// Which problems to run, as axes that are crossed: a sweep file, read and checked.
public struct Sweep: Hashable, Codable, Sendable {
    /// Query heads that share key/value heads.
    public struct Heads: Hashable, Codable, Sendable {
        public let query: Int
        public let keyValue: Int

        public init(query: Int = 1, keyValue: Int = 1) {
            self.query = query
            self.keyValue = keyValue
        }
    }

    /// One set of axes. Every list is crossed with every other, but a kernel takes only the mask parameters it has.
    public struct Axes: Hashable, Encodable, Sendable {
        /// Of all kernels of the group.
        public var phase = Phase.prefill
        public var kernels: [String]
        /// Tokens, ascending: those of the text, or in decode those that the last one sees cached, itself included.
        public var lengths: [Int]
        public var windows: [Int] = []
        public var sinks: [Int] = []
        public var chunks: [Int] = []
        public var heads: [Heads] = [Heads()]
        public var headDimensions: [Int] = [64]
        public var elementTypes: [ElementType] = [.float32]
        public var threads: [Int] = [1]
        public var batches: [Int] = [1]
        /// Of decode kernels; empty for the one that stores the element type as it is.
        public var cacheFormats: [CacheFormat] = []

        public init(kernels: [String], lengths: [Int]) {
            self.kernels = kernels
            self.lengths = lengths
        }
    }

    public let name: String
    public let description: String
    /// Nil where only the number of rounds ends the run.
    public let timeBudgetSeconds: Double?
    /// The axes of the top level, then those of each group of `also`, complete.
    public let groups: [Axes]

    public init(
        name: String, description: String = "", timeBudgetSeconds: Double? = nil, groups: [Axes]
    ) {
        self.name = name
        self.description = description
        self.timeBudgetSeconds = timeBudgetSeconds
        self.groups = groups
    }

    /// Every cell once, in the order in which the axes list them: kernels outermost, lengths innermost.
    ///
    /// - Parameter kernels: where names are looked up.
    /// - Throws: a kernel that `kernels` lacks, or sizes that make no problem; a sweep that `SweepFile` read has neither.
    public func workloads(kernels: [any AttentionKernel.Type] = KernelRegistry.all) throws -> [Workload] {
        var seen = Set<Workload>()
        return try groups.flatMap { try Self.cross($0, kernels) }.filter { seen.insert($0).inserted }
    }

    private static func cross(_ axes: Axes, _ kernels: [any AttentionKernel.Type]) throws -> [Workload] {
        var workloads: [Workload] = []
        for name in axes.kernels {
            guard let kernel = kernels.first(where: { $0.name == name }) else {
                throw SweepError.wrong(location: "kernels", message: "\"\(name)\" is not a kernel of this build")
            }
            let masks = axes.masks(of: kernel.maskFamily)
            for elementType in axes.elementTypes {
                for (heads, headDimension) in product(axes.heads, axes.headDimensions) {
                    for (threads, batch) in product(axes.threads, axes.batches) {
                        for (cacheFormat, (mask, length)) in product(
                            axes.cacheFormats(of: kernel), product(masks, axes.lengths))
                        {
                            let shape = try AttentionShape(
                                batch: batch, queryHeads: heads.query, keyValueHeads: heads.keyValue,
                                queryLength: kernel.phase == .decode ? 1 : length, keyLength: length,
                                headDimension: headDimension)
                            let problem = try AttentionProblem(
                                shape: shape, mask: mask, elementType: elementType, cacheFormat: cacheFormat,
                                positions: kernel.positions)
                            workloads.append(Workload(kernel: name, problem: problem, threads: threads))
                        }
                    }
                }
            }
        }
        return workloads
    }

    private static func product<A, B>(_ first: [A], _ second: [B]) -> [(A, B)] {
        first.flatMap { a in second.map { (a, $0) } }
    }
}

extension Sweep.Axes {
    /// The masks of one family over the parameters that it has; the others are not looked at.
    func masks(of family: MaskFamily) -> [Mask] {
        let parameters = family.parameters
        let windows = parameters.contains(.window) ? windows : [1]
        let sinks = parameters.contains(.sinks) ? sinks : [0]
        let chunks = parameters.contains(.chunk) ? chunks : [1]
        return windows.flatMap { window in
            sinks.flatMap { sinks in
                chunks.map { chunk in family.mask(window: window, sinks: sinks, chunk: chunk) }
            }
        }
    }

    /// Nil stands for the element type's own. Prefill kernels have no cache.
    func cacheFormats(of kernel: any AttentionKernel.Type) -> [CacheFormat?] {
        kernel.phase == .prefill || cacheFormats.isEmpty ? [nil] : cacheFormats
    }

    /// The values of the axis that a mask parameter is read from.
    func values(of parameter: MaskFamily.Parameter) -> [Int] {
        switch parameter {
        case .window: windows
        case .sinks: sinks
        case .chunk: chunks
        }
    }
}
