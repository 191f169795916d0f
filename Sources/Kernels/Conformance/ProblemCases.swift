import Attention

/// A problem with inputs that are hard in some way: what every kernel is held to before it is timed.
public struct ProblemCase: Sendable, CustomStringConvertible {
    public let problem: AttentionProblem
    public let inputs: InputPattern

    public var description: String {
        let shape = problem.shape
        return
            "\(problem.mask)\(problem.selection.map { " blocks \($0.text)" } ?? "") "
            + (problem.scoreForm.text.map { "\($0) " } ?? "") + "\(problem.elementType) "
            + (problem.latent.map { "values=\($0.dimension) " } ?? "")
            + "\(problem.cacheFormat) \(inputs.rawValue) b=\(shape.batch) heads=\(shape.queryHeads):\(shape.keyValueHeads)"
            + " n=\(shape.queryLength)/\(shape.keyLength) d=\(shape.headDimension)"
    }

    /// Inputs of this case for one call of a phase.
    public func makeInputs(for phase: Phase, seed: UInt64) -> AttentionInputs {
        if phase == .loss { return .predictions(for: problem, seed: seed) }
        var made = inputs.makeInputs(
            shape: problem.shape, elementType: problem.elementType, seed: seed,
            withOutputGradient: phase.givesGradients)
        if problem.latent != nil { return latents(of: made) }
        if problem.weighting.hasGates { made.drawGates(seed: seed) }
        if problem.scoreForm.hasSinkLogits { made.drawSinkLogits(seed: seed) }
        return made
    }

    /// This case in another element type, with a cache in these formats, with other weights, and over selected blocks; nil stands for the
    /// element type's own format, and for all keys.
    func stored(
        as elementType: ElementType, cache: CacheFormats? = nil, weighting: Weighting = .softmax,
        selection: BlockSelection? = nil
    ) -> ProblemCase {
        do {
            let problem = try AttentionProblem(
                shape: problem.shape, mask: problem.mask, elementType: elementType, scale: problem.scale,
                cacheFormat: cache, positions: problem.positions, weighting: weighting,
                selection: selection, scoreForm: problem.scoreForm, latent: problem.latent)
            return ProblemCase(problem: problem, inputs: inputs)
        } catch {
            preconditionFailure("a case is not a problem: \(error)")
        }
    }
}

/// The cases of a family of masks: sizes at and around one, the lanes, the tiles; windows of one key, around the
/// lanes, as long as the text and longer; no sinks and more sinks than keys; shared heads; queries at the end of a
/// longer text; scales of its own; and every input pattern.
public enum ProblemCases {
    public static func all(for kernel: Kernel) -> [ProblemCase] {
        switch kernel.phase {
        case .prefill, .backward, .training, .checkpointed: prompts(for: kernel)
        case .decode: kernel.readsLatents ? latents : decode(for: kernel)
        case .loss: losses
        }
    }

    /// What `all` has, in a type and in the cache formats that go with the kernel: the type's own for prefill, each for
    /// decoding.
    public static func all(for kernel: Kernel, in elementType: ElementType) -> [ProblemCase] {
        let alike = (kernel.cacheFormats.isEmpty ? [CacheFormat(elementType)] : kernel.cacheFormats).map {
            CacheFormats($0)
        }
        let mixed = mixedFormats.filter {
            kernel.cacheFormats.contains($0.key) && kernel.cacheFormats.contains($0.value)
        }
        return (alike + mixed).flatMap { format in
            (all(for: kernel) + withScoreForms(of: kernel)).flatMap { one in
                selections(of: kernel, length: one.problem.shape.keyLength).map {
                    one.stored(as: elementType, cache: format, weighting: kernel.weighting, selection: $0)
                }
            }
        }
    }

    /// A few blocks and one, blocks of one token and of an odd number, as long as the text and longer, and more blocks than there are.
    private static func selections(of kernel: Kernel, length: Int) -> [BlockSelection?] {
        guard kernel.selectsBlocks else { return [nil] }
        return [(3, 16), (1, 8), (4, 1), (3, 5), (2, length), (2, length + 1), (1000, 7)].map {
            do { return try BlockSelection(blocks: $0.0, blockLength: $0.1) } catch {
                preconditionFailure("a case is not a selection: \(error)")
            }
        }
    }

    /// Keys and values that differ, so that every kind of product meets another one: codes beside codes, codes beside
    /// words, and words beside codes.
    private static let mixedFormats = [
        CacheFormats(key: .q8_0, value: .q4_0), CacheFormats(key: .q4_0, value: .float16),
        CacheFormats(key: .bfloat16, value: .q8_0),
    ]

    /// One query against caches of sizes around the lanes, the tile of 64 tokens, KIVI's residual window and the ranges
    /// that workers share; windows as below. Rows of 32 elements, which every format takes, and odd ones.
    private static func decode(for kernel: Kernel) -> [ProblemCase] {
        func problem(_ mask: Mask, _ sizes: Sizes, scale: Float? = nil) -> AttentionProblem {
            self.problem(mask, sizes, scale: scale, positions: kernel.positions)
        }
        let family = kernel.masks
        var problems: [AttentionProblem] = []
        for keys in [1, 2, 15, 16, 17, 31, 61, 63, 64, 65, 131, 160, 161, 257] {
            problems += masks(of: family, length: keys).map { problem($0, .cached(keys)) }
        }
        let mask = masks(of: family, length: 101)[0]
        problems += [1, 3, 7, 15, 17, 64, 80, 96, 128, 130].map {
            problem(mask, .cached(101, headDimension: $0, batch: 2, heads: (8, 2)))
        }
        for (queryHeads, keyValueHeads) in [(1, 1), (4, 4), (3, 1), (4, 1), (5, 1), (8, 2), (40, 2)] {
            problems += masks(of: family, length: 200).suffix(3).map {
                problem($0, .cached(200, batch: 2, heads: (queryHeads, keyValueHeads)))
            }
        }
        problems += scales.map { problem(mask, .cached(101), scale: $0) }
        // More than one range, the last of one tile.
        problems += masks(of: family, length: 1030).suffix(3).map { problem($0, .cached(1030)) }
        var cases = problems.map { ProblemCase(problem: $0, inputs: .normal) }
        // Turning an infinity leaves two, of signs that depend on how the turn is made: nothing to be held to.
        let turns = kernel.positions != .none
        // Huge keys become infinite in a small format.
        let infinite: [InputPattern] = [.keyInfinite, .keyNegativeInfinite, .scoresAllNegativeInfinite, .hugeScores]
        for pattern in InputPattern.all(for: .decode)
        where pattern != .normal && !(turns && infinite.contains(pattern)) {
            cases += masks(of: family, length: 300).map { mask in
                ProblemCase(problem: problem(mask, .cached(300)), inputs: pattern)
            }
        }
        return cases
    }

    /// Tokens, words and elements: one of each, primes, and sizes around the lanes, the granules of words and the register tiles.
    private static var losses: [ProblemCase] {
        let around = [1, 7, 31, 32, 33, 70].flatMap { tokens in [1, 8, 25, 65, 131].map { (tokens, $0, 19) } }
        let sizes = [
            (1, 2, 3), (2, 1, 1), (1, 257, 7), (7, 31, 8), (31, 8, 17), (32, 24, 16), (33, 25, 15), (37, 41, 13),
            (67, 53, 11), (13, 23, 130), (150, 331, 61),
        ]
        return (around + sizes).map { tokens, words, elements in
            do {
                let loss = try CrossEntropyProblem(tokens: tokens, vocabulary: words, hiddenSize: elements)
                return ProblemCase(problem: try .loss(loss), inputs: .normal)
            } catch {
                preconditionFailure("a case is not a problem: \(error)")
            }
        }
    }

    /// Beside 1/√d: nearly equal weights, the sharp ones of a product as it is, and sharper.
    private static let scales: [Float] = [0.01, 1, 3]

    private static func prompts(for kernel: Kernel) -> [ProblemCase] {
        let family = kernel.masks
        var problems: [AttentionProblem] = []
        for length in [1, 2, 7, 15, 16, 17, 31, 32, 33, 61, 127, 131, 257] {
            for mask in masks(of: family, length: length) {
                problems.append(problem(mask, Sizes(length: length)))
            }
        }
        let mask = masks(of: family, length: 101)[0]
        for d in [1, 3, 7, 8, 15, 32, 48, 64, 80, 96, 128, 130] {
            problems.append(problem(mask, Sizes(length: 101, headDimension: d)))
        }
        for (queryHeads, keyValueHeads) in [(4, 4), (4, 1), (5, 1), (8, 2), (8, 1), (40, 1)] {
            for mask in masks(of: family, length: 67).prefix(4) {
                problems.append(
                    problem(
                        mask,
                        Sizes(batch: 2, queryHeads: queryHeads, keyValueHeads: keyValueHeads, length: 67)))
            }
        }
        for (queries, keys) in [(1, 1), (1, 50), (3, 64), (33, 200), (64, 65)] {
            for mask in masks(of: family, length: keys) {
                problems.append(problem(mask, Sizes(queryHeads: 2, length: queries, keyLength: keys)))
            }
        }
        problems += scales.map { problem(mask, Sizes(queryHeads: 2, length: 101), scale: $0) }
        var cases = problems.map { ProblemCase(problem: $0, inputs: .normal) }
        // The reference of gradients takes several times as long for a pair.
        let length = kernel.phase.givesGradients ? 75 : 140
        for pattern in InputPattern.all(for: kernel.phase) where pattern != .normal {
            for mask in masks(of: family, length: length) {
                cases.append(
                    ProblemCase(problem: problem(mask, Sizes(queryHeads: 2, length: length)), inputs: pattern))
            }
        }
        return cases
    }

    /// Of a case, which may not be a problem.
    private struct Sizes {
        var batch = 1
        var queryHeads = 1
        var keyValueHeads = 1
        var length: Int
        var keyLength: Int?
        var headDimension = 16

        /// One query against so many keys.
        static func cached(
            _ keys: Int, headDimension: Int = 32, batch: Int = 1, heads: (query: Int, keyValue: Int) = (2, 1)
        ) -> Sizes {
            Sizes(
                batch: batch, queryHeads: heads.query, keyValueHeads: heads.keyValue, length: 1, keyLength: keys,
                headDimension: headDimension)
        }
    }

    private static func problem(
        _ mask: Mask, _ sizes: Sizes, scale: Float? = nil, positions: PositionEncoding = .none
    ) -> AttentionProblem {
        do {
            return try AttentionProblem(
                shape: AttentionShape(
                    batch: sizes.batch, queryHeads: sizes.queryHeads, keyValueHeads: sizes.keyValueHeads,
                    queryLength: sizes.length, keyLength: sizes.keyLength, headDimension: sizes.headDimension),
                mask: mask, scale: scale, positions: positions)
        } catch {
            preconditionFailure("a case is not a problem: \(error)")
        }
    }

    private static func masks(of family: MaskFamily, length: Int) -> [Mask] {
        let usual: [MaskFamily.Parameter: Int] = [.window: 8, .sinks: 4, .chunk: 16]
        func values(of parameter: MaskFamily.Parameter) -> [Int] {
            let values =
                switch parameter {
                case .window: [9, 1, 2, 16, 31, 33, 64, length, length + 3, 10 * length, 0]
                case .sinks: [0, 1, 40, length, 2 * length]
                case .chunk: [16, 1, 5, 32, 50, length, length + 1]
                }
            return values.filter { $0 >= family.minimum(of: parameter) }
        }
        do {
            if family == .any {
                // Without a name: sinks before chunks, and a window that looks ahead less far than back.
                let unnamed = try Mask(sinks: 4, left: nil, right: 0, chunk: 16)
                let lopsided = try Mask(sinks: 2, left: 9, right: 3, chunk: 31)
                return [
                    .causal, .full, .slidingWindow(9), .attentionSink(sinks: 4, window: 9), .chunkedLocal(16), unnamed,
                    lopsided,
                ]
            }
            if family.parameters.isEmpty { return [try family.mask()] }
            // One size at a time is varied, the others are usual.
            return try MaskFamily.Parameter.allCases.filter(family.parameters.contains).flatMap { parameter in
                try values(of: parameter).map { value in
                    try family.mask(usual.merging([parameter: value]) { $1 })
                }
            }
        } catch {
            preconditionFailure("a case is not a mask: \(error)")
        }
    }
}
