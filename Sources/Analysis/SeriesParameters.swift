import Attention
import Records
import Statistics

/// What the cells of a series share.
public struct SeriesParameters: Sendable, Codable, Hashable {
    public let phase: Phase
    public let mask: Mask
    public let batch: Int
    public let queryHeads: Int
    public let keyValueHeads: Int
    public let headDimension: Int
    public let elementType: ElementType
    public let threads: Int
    /// Nil where there are as many queries as keys; otherwise the number of queries, 1 in decode. In a loss always the tokens, since
    /// its length is the vocabulary.
    public let queryLength: Int?
    /// Nil where keys and values are stored as the element type has them.
    public let cacheFormat: CacheFormats?
    /// Nil where scores are scaled by 1/√headDimension.
    public let scale: Float?
    /// Nil for softmax.
    public let weighting: Weighting?
    /// Nil where queries attend to all keys that the mask shows.
    public let selection: BlockSelection?
    /// Nil where scores are plain.
    public let scoreForm: ScoreForm?
    /// Nil where values are a tensor of their own.
    public let latent: LatentValues?

    public init(
        phase: Phase = .prefill, mask: Mask, batch: Int = 1, queryHeads: Int = 1, keyValueHeads: Int = 1,
        headDimension: Int,
        elementType: ElementType = .float32, threads: Int = 1, queryLength: Int? = nil,
        cacheFormat: CacheFormats? = nil,
        scale: Float? = nil, weighting: Weighting? = nil, selection: BlockSelection? = nil,
        scoreForm: ScoreForm? = nil, latent: LatentValues? = nil
    ) {
        self.phase = phase
        self.mask = mask
        self.batch = batch
        self.queryHeads = queryHeads
        self.keyValueHeads = keyValueHeads
        self.headDimension = headDimension
        self.elementType = elementType
        self.threads = threads
        self.queryLength = queryLength
        self.cacheFormat = cacheFormat
        self.scale = scale
        self.weighting = weighting
        self.selection = selection
        self.scoreForm = scoreForm
        self.latent = latent
    }

    public init(_ workload: Workload) {
        let (problem, shape) = (workload.problem, workload.problem.shape)
        self.init(
            phase: workload.phase, mask: problem.mask, batch: shape.batch, queryHeads: shape.queryHeads,
            keyValueHeads: shape.keyValueHeads, headDimension: shape.headDimension,
            elementType: problem.elementType, threads: workload.threads,
            queryLength: shape.queryLength == shape.keyLength && workload.phase != .loss ? nil : shape.queryLength,
            cacheFormat: problem.cacheFormat == CacheFormats(of: problem.elementType) ? nil : problem.cacheFormat,
            scale: problem.hasUsualScale ? nil : problem.scale,
            weighting: problem.weighting == .softmax ? nil : problem.weighting,
            selection: problem.selection, scoreForm: problem.scoreForm.isPlain ? nil : problem.scoreForm,
            latent: problem.latent)
    }

    /// Token generation: one query a call, against all that is cached.
    public var isDecode: Bool { phase == .decode }

    /// The exact pairs of one call over `length` keys, over all batches and heads.
    public func usefulPairs(length: Int) -> Double {
        (weighting ?? .softmax).predictedPairs(pairCount(length: length), headCounts, phase: phase)
    }

    /// What theory says that time goes with, for one call over `length` keys: see `WorkBasis`.
    public func work(length: Int) -> Double {
        lawBasis == .bytes ? Double(bytes(length: length)) : usefulPairs(length: length)
    }

    /// The least that must move: queries, outputs, and the keys and values that some query sees, as they are stored; where there
    /// are gradients, as much again for these; where there is a state, or means of blocks, these too. In a loss all that a call reads and
    /// writes.
    public func bytes(length: Int) -> Int {
        if phase == .loss {
            return Phase.lossBytes(
                tokens: queryLength ?? length, words: length, hiddenSize: headDimension, elementType)
        }
        let (pairs, weighting) = (pairCount(length: length), weighting ?? .softmax)
        let forward =
            batch * queryHeads * pairs.queryLength * (headDimension + (latent?.dimension ?? headDimension))
            * elementType.byteCount
            + storedAs.byteCount(
                tokens: weighting.readKeys(pairs, phase: phase), keyValueHeads: batch * keyValueHeads,
                headDimension: headDimension, latent: latent)
        return phase.tensorsPerOperand * forward + weighting.stateBytes(headCounts, phase: phase)
            + pairs.meanBytes(headCounts, phase: phase)
    }

    /// Of one query head.
    func pairCount(length: Int) -> PairCount {
        PairCount(mask: mask, queryLength: queryLength ?? length, keyLength: length, selection: selection)
    }

    private var headCounts: HeadCounts {
        HeadCounts(batch: batch, query: queryHeads, keyValue: keyValueHeads, dimension: headDimension)
    }

    /// How keys and values are stored.
    public var storedAs: CacheFormats { cacheFormat ?? CacheFormats(of: elementType) }

    /// These parameters with another mask or other threads.
    package func with(mask: Mask? = nil, threads: Int? = nil) -> SeriesParameters {
        SeriesParameters(
            phase: phase, mask: mask ?? self.mask, batch: batch, queryHeads: queryHeads, keyValueHeads: keyValueHeads,
            headDimension: headDimension, elementType: elementType, threads: threads ?? self.threads,
            queryLength: queryLength, cacheFormat: cacheFormat, scale: scale, weighting: weighting,
            selection: selection,
            scoreForm: scoreForm, latent: latent)
    }

    /// The problem that a narrower mask, selected blocks, or attention without softmax, stand in for: softmax over all keys that causality allows.
    package var fullAttention: SeriesParameters {
        SeriesParameters(
            phase: phase, mask: mask.isCausal ? .causal : .full, batch: batch, queryHeads: queryHeads,
            keyValueHeads: keyValueHeads, headDimension: headDimension, elementType: elementType, threads: threads,
            queryLength: queryLength, cacheFormat: cacheFormat, scale: scale, scoreForm: scoreForm)
    }

    /// Whether it is softmax attention over all keys before each query, or over all keys.
    package var isFullAttention: Bool { self == fullAttention }

    /// The problem of a prompt on these heads, with keys and values stored as the element type has them.
    package var prefill: SeriesParameters { inPhase(.prefill) }

    /// The same problem in another phase of whole texts.
    package func inPhase(_ phase: Phase) -> SeriesParameters { rephrased(phase, queryLength: nil) }

    /// These parameters with keys and values stored as the element type has them.
    package var unquantised: SeriesParameters { rephrased(phase, queryLength: queryLength) }

    private func rephrased(_ phase: Phase, queryLength: Int?) -> SeriesParameters {
        SeriesParameters(
            phase: phase, mask: mask, batch: batch, queryHeads: queryHeads, keyValueHeads: keyValueHeads,
            headDimension: headDimension, elementType: elementType, threads: threads, queryLength: queryLength,
            scale: scale, weighting: weighting, selection: selection, scoreForm: scoreForm, latent: latent)
    }

    /// These parameters with plain scores.
    package var withPlainScores: SeriesParameters {
        SeriesParameters(
            phase: phase, mask: mask, batch: batch, queryHeads: queryHeads, keyValueHeads: keyValueHeads,
            headDimension: headDimension, elementType: elementType, threads: threads, queryLength: queryLength,
            cacheFormat: cacheFormat, scale: scale, weighting: weighting, selection: selection, latent: latent)
    }

    /// What follows a kernel's name: see `AttentionProblem.sizesInBrackets`.
    var sizesInBrackets: String {
        (scoreForm ?? .plain).inBrackets(after: selection.map { "(\($0.text))" } ?? mask.sizesInBrackets)
    }

    /// Bytes of the keys and values that a kernel goes through again and again: of one head, in prefill for each block of
    /// queries; of all heads in decode, where each call goes through them once. In a loss, of the classifier.
    func keyValueBytes(length: Double) -> Double {
        let keyBytes = length * Double(headDimension * elementType.byteCount)
        return switch phase {
        case .decode: Double(bytes(length: Int(saturating: length.rounded())))
        case .loss: keyBytes
        case .prefill, .backward, .training, .checkpointed: 2 * keyBytes
        }
    }
}

extension SeriesParameters: Comparable {
    public static func < (a: SeriesParameters, b: SeriesParameters) -> Bool {
        if a.mask != b.mask { return a.mask < b.mask }
        if a.scoreForm != b.scoreForm { return (a.scoreForm ?? .plain) < (b.scoreForm ?? .plain) }
        return a.order.lexicographicallyPrecedes(b.order)
    }

    private var order: [Int] {
        func index(_ half: KeyPath<CacheFormats, CacheFormat>) -> Int {
            cacheFormat.flatMap { CacheFormat.allCases.firstIndex(of: $0[keyPath: half]) } ?? -1
        }
        let type = ElementType.allCases.firstIndex(of: elementType) ?? 0
        return [
            headDimension, type, threads, batch, queryHeads, keyValueHeads, queryLength ?? 0,
            index(\.key), index(\.value), Int(scale?.bitPattern ?? 0),
            weighting.flatMap(Weighting.allCases.firstIndex) ?? 0, selection?.blocks ?? 0, selection?.blockLength ?? 0,
            latent?.dimension ?? 0,
        ]
    }
}
