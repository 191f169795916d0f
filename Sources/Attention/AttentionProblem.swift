import Faults

/// What is to be computed: softmax(scale · Q Kᵀ + mask) V, or the same without softmax, for given sizes and element type. It
/// knows nothing of kernels or threads.
public struct AttentionProblem: Hashable, Sendable {
    public let shape: AttentionShape
    public let mask: Mask
    public let elementType: ElementType
    /// Factor on the scores before they become weights; positive.
    public let scale: Float
    public let weighting: Weighting
    public let scoreForm: ScoreForm
    /// Nil where each query attends to all keys that the mask shows.
    public let selection: BlockSelection?
    /// Nil where values are a tensor of their own, of the size of the keys.
    public let latent: LatentValues?
    /// How the keys and values that a decoding step reads are stored. In prefill they lie as the element type has them.
    public let cacheFormat: CacheFormats
    public let positions: PositionEncoding

    /// Whether scores are scaled as most models have it.
    public var hasUsualScale: Bool { scale == Self.usualScale(headDimension: shape.headDimension) }

    private static func usualScale(headDimension: Int) -> Float { 1 / Float(headDimension).squareRoot() }

    /// - Parameters:
    ///   - scale: nil for 1/√headDimension.
    ///   - cacheFormat: nil for the one that stores the element type as it is.
    public init(
        shape: AttentionShape, mask: Mask, elementType: ElementType = .float32, scale: Float? = nil,
        cacheFormat: CacheFormats? = nil, positions: PositionEncoding = .none, weighting: Weighting = .softmax,
        selection: BlockSelection? = nil, scoreForm: ScoreForm = .plain, latent: LatentValues? = nil
    ) throws(ProblemError) {
        if let latent {
            guard mask == .causal, weighting == .softmax, positions == .none, selection == nil, scoreForm.isPlain else {
                throw .latentForm(mask, weighting, positions, scoreForm)
            }
            guard shape.keyValueHeads == 1, shape.queryLength == 1, latent.dimension <= shape.headDimension else {
                throw .latentSizes(latent, shape)
            }
            if let cacheFormat, cacheFormat.key != cacheFormat.value { throw .latentFormats(cacheFormat) }
        }
        if selection != nil, mask != .causal || weighting != .softmax || positions != .none {
            throw .selection(mask, weighting, positions)
        }
        guard mask.isCausal || !scoreForm.hasALiBi else { throw .distancesOfLaterKeys(mask) }
        guard weighting.takes(mask) else { throw .stateMask(weighting, mask) }
        if !mask.isUnmasked, shape.queryLength > shape.keyLength {
            throw .queriesWithoutKeys(queryLength: shape.queryLength, keyLength: shape.keyLength)
        }
        let scale = scale ?? Self.usualScale(headDimension: shape.headDimension)
        guard scale > 0, scale.isFinite else { throw .scale(scale) }
        self.shape = shape
        self.mask = mask
        self.elementType = elementType
        self.scale = scale
        self.cacheFormat = cacheFormat ?? CacheFormats(of: elementType)
        self.positions = positions
        self.weighting = weighting
        self.scoreForm = scoreForm
        self.selection = selection
        self.latent = latent
        // Of the forward pass; the longest training step is 4.5 times as much, and is counted too.
        let (d, tokens) = (Double(shape.headDimension), Double(shape.queryLength) + Double(shape.keyLength))
        let pairsOfHead =
            weighting.hasState ? d * tokens : Double(pairs.allowed) + Double(pairs.blockScores) / 2
        let flops = 4 * d * Double(shape.batch * shape.queryHeads) * pairsOfHead
        guard flops <= Self.mostFLOPs else { throw .tooMuchWork(flops: flops) }
    }

    /// The pairs of one query head that the mask and the selection allow.
    public var pairs: PairCount {
        PairCount(mask: mask, queryLength: shape.queryLength, keyLength: shape.keyLength, selection: selection)
    }

    /// Of a forward pass.
    public static let mostFLOPs = 0x1p60

    /// The same problem on other sizes.
    public func resized(to shape: AttentionShape, mask: Mask? = nil) throws(ProblemError) -> AttentionProblem {
        try AttentionProblem(
            shape: shape, mask: mask ?? self.mask, elementType: elementType, scale: scale, cacheFormat: cacheFormat,
            positions: positions, weighting: weighting, selection: selection, scoreForm: scoreForm, latent: latent)
    }

    /// No row sees more keys.
    public var mostVisibleKeys: Int { min(mask.mostVisibleKeys ?? shape.keyLength, shape.keyLength) }

    /// What follows a kernel's name: "(1024)" for a window, "(8×128)" for selected blocks, "(1024, soft cap 50)" where scores are not
    /// plain; empty where there is nothing to say.
    public var sizesInBrackets: String {
        scoreForm.inBrackets(after: selection.map { "(\($0.text))" } ?? mask.sizesInBrackets)
    }
}

public enum ProblemError: Fault, Equatable {
    case queriesWithoutKeys(queryLength: Int, keyLength: Int)
    case scale(Float)
    case stateMask(Weighting, Mask)
    case selection(Mask, Weighting, PositionEncoding)
    case distancesOfLaterKeys(Mask)
    case latentForm(Mask, Weighting, PositionEncoding, ScoreForm)
    case latentSizes(LatentValues, AttentionShape)
    case latentFormats(CacheFormats)
    case tooMuchWork(flops: Double)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .tooMuchWork(let flops):
            "\(flops) FLOPs are too many to be counted; reduce the batch, the heads or the lengths"
        case .queriesWithoutKeys(let queryLength, let keyLength):
            "\(queryLength) queries against \(keyLength) keys: the last query is at the position of the last key, so the first query "
                + "would see nothing; give at least as many keys as queries"
        case .stateMask(let weighting, let mask):
            "\(weighting.rawValue) attention keeps a state of all tokens before each query, and \(mask) \(mask.isUnmasked ? "shows later ones too" : "hides some of them"); "
                + "its mask is \(weighting == .linear ? "causal or full" : "causal")"
        case .selection(let mask, let weighting, let positions):
            "a problem that selects blocks of keys has a causal mask, softmax and no positions; this one has the mask \(mask), "
                + "\(weighting.rawValue) weights and positions \(positions.rawValue)"
        case .distancesOfLaterKeys(let mask):
            "ALiBi lowers scores by the distance back to a key, and \(mask) shows keys after the query's own; use a causal mask, or leave "
                + "out ALiBi"
        case .latentForm(let mask, let weighting, let positions, let scoreForm):
            "a problem whose values are a part of its keys has a causal mask, softmax of plain scores, no positions and no selected blocks; "
                + "this one has the mask \(mask), \(weighting.rawValue) weights, \(scoreForm.text.map { "scores with \($0)" } ?? "plain scores") "
                + "and positions \(positions.rawValue)"
        case .latentSizes(let latent, let shape):
            "a problem whose values are a part of its keys is a decoding step over one key/value head: it has 1 query and 1 key/value "
                + "head, and values are at most as long as keys; this one has queryLength \(shape.queryLength), keyValueHeads "
                + "\(shape.keyValueHeads), headDimension \(shape.headDimension) and valueDimension \(latent.dimension)"
        case .latentFormats(let formats):
            "the cache format is \(formats), but values that are a part of their keys have the format of the keys; give one format"
        case .scale(let scale):
            "scale is \(scale); it must be a positive number"
        }
    }
}

/// What a kernel does about positions before it takes scores.
public enum PositionEncoding: String, Codable, Hashable, Sendable, CaseIterable {
    /// Nothing: queries and keys come as they are to be used, rotated already where a model rotates them.
    case none
    /// Rotary (Su et al. 2021), in the order of the cache as StreamingLLM has it: keys are cached as they come, and read
    /// as if the visible ones stood at 0, 1, 2, … without gaps; the query stands at the last. A distance to a sink then
    /// never passes the cache's length, however long the text.
    case cacheRelativeRotary = "cache-relative-rotary"
}
