/// The projections of an attention layer, and with them what a token leaves in the cache and costs per pair.
public enum AttentionDimensions: Sendable, Hashable {
    /// Multi-head, grouped-query and multi-query attention: query heads share key/value heads evenly.
    case grouped(queryHeads: Int, keyValueHeads: Int, headDimension: Int)
    /// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): one low-rank vector for keys and values of all
    /// heads, and one rotated key part that all heads share.
    case latent(Latent)

    public struct Latent: Sendable, Hashable {
        public let queryHeads: Int
        /// Nil where queries are projected directly.
        public let queryRank: Int?
        public let keyValueRank: Int
        /// Part of a head's query and key without position.
        public let unrotatedDimension: Int
        /// Part of a head's query and key that carries position.
        public let rotatedDimension: Int
        public let valueDimension: Int

        public init(
            queryHeads: Int, queryRank: Int?, keyValueRank: Int, unrotatedDimension: Int, rotatedDimension: Int,
            valueDimension: Int
        ) {
            self.queryHeads = queryHeads
            self.queryRank = queryRank
            self.keyValueRank = keyValueRank
            self.unrotatedDimension = unrotatedDimension
            self.rotatedDimension = rotatedDimension
            self.valueDimension = valueDimension
        }
    }

    public var queryHeads: Int {
        switch self {
        case .grouped(let queryHeads, _, _): queryHeads
        case .latent(let latent): latent.queryHeads
        }
    }

    /// Heads over which the cache can be split: a latent cache is one vector that every head reads.
    public var shardableHeads: Int {
        switch self {
        case .grouped(_, let keyValueHeads, _): keyValueHeads
        case .latent: 1
        }
    }

    /// Elements that one token adds to the cache of one layer.
    public var cachedElementsPerToken: Int {
        switch self {
        case .grouped(_, let keyValueHeads, let headDimension): 2 * keyValueHeads * headDimension
        case .latent(let latent): latent.keyValueRank + latent.rotatedDimension
        }
    }

    /// Elements of one cached vector, for which some types store a scale.
    public var cachedVectorLength: Int {
        switch self {
        case .grouped(_, _, let headDimension): headDimension
        case .latent: cachedElementsPerToken
        }
    }

    /// Both products of one (query, key) pair over all heads, when many queries meet the keys together: two FLOPs per
    /// multiply-add. Latent attention expands its keys and values first.
    public var prefillFLOPsPerPair: Int {
        switch self {
        case .grouped(let queryHeads, _, let headDimension):
            4 * queryHeads * headDimension
        case .latent(let latent):
            2 * latent.queryHeads * (latent.unrotatedDimension + latent.rotatedDimension + latent.valueDimension)
        }
    }

    /// The same for one query against the cache. Latent attention absorbs the expansion into query and output and
    /// works on the latent vectors themselves: more FLOPs, far fewer bytes.
    public var decodeFLOPsPerPair: Int {
        switch self {
        case .grouped: prefillFLOPsPerPair
        case .latent(let latent): 2 * latent.queryHeads * (2 * latent.keyValueRank + latent.rotatedDimension)
        }
    }

    /// Elements of Q, K, V and O of one token in one layer: what prefill has to move at least, each once.
    public var prefillElementsPerToken: Int {
        switch self {
        case .grouped(let queryHeads, let keyValueHeads, let headDimension):
            2 * (queryHeads + keyValueHeads) * headDimension
        case .latent(let latent):
            2 * latent.queryHeads * (latent.unrotatedDimension + latent.rotatedDimension + latent.valueDimension)
        }
    }

    /// The projections of one layer; biases are left out (below 0.1 %).
    /// - Parameters:
    ///   - hidden: width of what is projected.
    ///   - output: width of the result.
    func projections(hidden: Int, output: Int) -> [Projection] {
        switch self {
        case .grouped(let queryHeads, let keyValueHeads, let headDimension):
            return [
                Projection("q_proj", inputs: hidden, outputs: queryHeads * headDimension),
                Projection("k_proj", inputs: hidden, outputs: keyValueHeads * headDimension),
                Projection("v_proj", inputs: hidden, outputs: keyValueHeads * headDimension),
                Projection("o_proj", inputs: queryHeads * headDimension, outputs: output),
            ]
        case .latent(let latent):
            let queryWidth = latent.queryHeads * (latent.unrotatedDimension + latent.rotatedDimension)
            let query =
                latent.queryRank.map {
                    [
                        Projection("q_a_proj", inputs: hidden, outputs: $0),
                        Projection("q_b_proj", inputs: $0, outputs: queryWidth),
                    ]
                } ?? [Projection("q_proj", inputs: hidden, outputs: queryWidth)]
            return query + [
                Projection(
                    "kv_a_proj_with_mqa", inputs: hidden, outputs: latent.keyValueRank + latent.rotatedDimension),
                Projection(
                    "kv_b_proj", inputs: latent.keyValueRank,
                    outputs: latent.queryHeads * (latent.unrotatedDimension + latent.valueDimension)),
                Projection("o_proj", inputs: latent.queryHeads * latent.valueDimension, outputs: output),
            ]
        }
    }
}
