import Attention
import Kernels
import Records
import Statistics

extension Sweep {
    /// Every cell once, in the order in which the axes list them: kernels outermost, lengths innermost.
    ///
    /// - Parameter kernels: where names are looked up.
    /// - Throws: a kernel that `kernels` lacks, or sizes that make no problem; a sweep that `SweepFile` read has neither.
    ///   `SweepError` where the axes cross to more cells than a run can hold.
    public func workloads(kernels: [Kernel] = Kernel.builtIn) throws -> [Workload] {
        let cells = groups.reduce(0) { $0 + $1.mostCells }
        guard cells <= Self.mostCells else {
            throw SweepError.wrong(
                location: name,
                message: String(format: "the axes give %.0f cells, and a sweep can have at most ", cells)
                    + "\(Int(saturating: Self.mostCells)); give fewer values, or split the sweep")
        }
        var seen = Set<Workload>()
        return try groups.flatMap { try Self.cross($0, kernels) }.filter { seen.insert($0).inserted }
    }

    /// Each cell takes some milliseconds and some kilobytes of the results file at least.
    static let mostCells = 100_000.0

    private static func cross(_ axes: Axes, _ kernels: [Kernel]) throws -> [Workload] {
        var workloads: [Workload] = []
        // A sweep file cannot say so; the header of a results file can.
        if let wrong = axes.threads.first(where: { $0 < 1 }) {
            throw SweepError.wrong(
                location: "threads", message: "\(wrong) is not a number of threads; it must be at least 1")
        }
        for name in axes.kernels {
            let kernel: Kernel
            do throws(UnknownName) { kernel = try kernels.named(name) } catch {
                throw SweepError.wrong(location: "kernels", message: error.description)
            }
            if kernel.phase == .loss {
                workloads += try losses(axes, kernel)
                continue
            }
            let masks = try axes.masks(of: kernel.masks)
            let keyForms = try axes.keyForms(of: kernel)
            for elementType in axes.elementTypes {
                for (heads, headDimension) in product(axes.heads, axes.headDimensions) {
                    for (threads, batch) in product(axes.threads, axes.batches) {
                        let shown = product(product(masks, keyForms), try axes.scoreForms)
                        for (cacheFormat, (((mask, keyForm), scoreForm), length)) in product(
                            axes.cacheFormats(of: kernel), product(shown, axes.lengths))
                        {
                            let shape = try AttentionShape(
                                batch: batch, queryHeads: heads.query, keyValueHeads: heads.keyValue,
                                queryLength: kernel.phase.queryLength(keyLength: length), keyLength: length,
                                headDimension: headDimension)
                            let problem = try AttentionProblem(
                                shape: shape, mask: mask, elementType: elementType, cacheFormat: cacheFormat,
                                positions: kernel.positions, weighting: kernel.weighting, selection: keyForm.selection,
                                scoreForm: scoreForm, latent: keyForm.latent)
                            workloads.append(
                                Workload(kernel: name, phase: kernel.phase, problem: problem, threads: threads))
                        }
                    }
                }
            }
        }
        return workloads
    }

    /// Words innermost: a series is over vocabularies.
    private static func losses(_ axes: Axes, _ kernel: Kernel) throws -> [Workload] {
        try product(product(axes.elementTypes, axes.headDimensions), product(axes.threads, axes.lengths)).flatMap {
            let ((elementType, hiddenSize), (threads, tokens)) = $0
            return try axes.vocabularies.map { words in
                let loss = try CrossEntropyProblem(
                    tokens: tokens, vocabulary: words, hiddenSize: hiddenSize, elementType: elementType)
                return Workload(
                    kernel: kernel.name, phase: .loss, problem: try AttentionProblem.loss(loss), threads: threads)
            }
        }
    }

    private static func product<A, B>(_ first: [A], _ second: [B]) -> [(A, B)] {
        first.flatMap { a in second.map { (a, $0) } }
    }
}

extension Sweep.Axes {
    /// Cells of this group if every kernel had every axis: more than there are, and counted before any is made.
    var mostCells: Double {
        let counts: [Int] = [
            kernels.count, lengths.count, windows.count, sinks.count, chunks.count, blocks.count, blockLengths.count,
            heads.count, headDimensions.count, valueDimensions.count, elementTypes.count, threads.count, batches.count,
            cacheFormats.count, softCaps.count, alibi.count, sinkLogits.count, vocabularies.count,
        ]
        // An axis without values is one that no kernel of the group has.
        return counts.reduce(1.0) { $0 * Double(max(1, $1)) }
    }

    /// The masks of one family over the parameters that it has, windows outermost; the others are not looked at.
    func masks(of family: MaskFamily) throws(MaskError) -> [Mask] {
        var sizes: [[MaskFamily.Parameter: Int]] = [[:]]
        for parameter in MaskFamily.Parameter.allCases where family.parameters.contains(parameter) {
            sizes = sizes.flatMap { sizes in values(of: parameter).map { sizes.merging([parameter: $0]) { $1 } } }
        }
        return try sizes.map { sizes throws(MaskError) in try family.mask(sizes) }
    }

    /// What a kernel's problems say of keys and values beside the mask.
    struct KeyForm {
        /// Nil stands for all keys that the mask shows.
        var selection: BlockSelection?
        /// Nil stands for values of their own.
        var latent: LatentValues?
    }

    /// One, and for a kernel that selects blocks or reads latents one for each size.
    func keyForms(of kernel: Kernel) throws -> [KeyForm] {
        if kernel.readsLatents { return try valueDimensions.map { KeyForm(latent: try LatentValues(dimension: $0)) } }
        guard kernel.selectsBlocks else { return [KeyForm()] }
        return try blocks.flatMap { blocks in
            try blockLengths.map { KeyForm(selection: try BlockSelection(blocks: blocks, blockLength: $0)) }
        }
    }

    /// The forms that scores take, each value of an axis with each of the others.
    var scoreForms: [ScoreForm] {
        get throws(ScoreFormError) {
            var forms: [ScoreForm] = []
            for softCap in softCaps {
                for hasALiBi in alibi {
                    for hasSinkLogits in sinkLogits {
                        forms.append(
                            try ScoreForm(softCap: softCap, hasALiBi: hasALiBi, hasSinkLogits: hasSinkLogits))
                    }
                }
            }
            return forms
        }
    }

    /// Nil stands for the element type's own. Only decode kernels have a cache.
    func cacheFormats(of kernel: Kernel) -> [CacheFormats?] {
        !kernel.phase.hasCache || cacheFormats.isEmpty ? [nil] : cacheFormats
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
