import Attention
import Kernels
import Records

extension Sweep {
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
