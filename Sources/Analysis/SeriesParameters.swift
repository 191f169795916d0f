import Attention
import Benchmarking

/// What the cells of a series share.
public struct SeriesParameters: Sendable, Codable, Hashable {
    public let mask: Mask
    public let batch: Int
    public let queryHeads: Int
    public let keyValueHeads: Int
    public let headDimension: Int
    public let elementType: ElementType
    public let threads: Int
    /// Nil where there are as many queries as keys; otherwise the number of queries, 1 in decode.
    public let queryLength: Int?

    public init(
        mask: Mask, batch: Int = 1, queryHeads: Int = 1, keyValueHeads: Int = 1, headDimension: Int,
        elementType: ElementType = .float32, threads: Int = 1, queryLength: Int? = nil
    ) {
        self.mask = mask
        self.batch = batch
        self.queryHeads = queryHeads
        self.keyValueHeads = keyValueHeads
        self.headDimension = headDimension
        self.elementType = elementType
        self.threads = threads
        self.queryLength = queryLength
    }

    public init(_ workload: Workload) {
        let shape = workload.problem.shape
        self.init(
            mask: workload.problem.mask, batch: shape.batch, queryHeads: shape.queryHeads,
            keyValueHeads: shape.keyValueHeads, headDimension: shape.headDimension,
            elementType: workload.problem.elementType, threads: workload.threads,
            queryLength: shape.queryLength == shape.keyLength ? nil : shape.queryLength)
    }

    /// The exact pairs of one call over `length` keys, over all batches and heads.
    public func usefulPairs(length: Int) -> Double {
        let pairs = PairCount(mask: mask, queryLength: queryLength ?? length, keyLength: length).allowed
        return Double(batch * queryHeads) * Double(pairs)
    }

    /// The same shape under another mask.
    func with(mask: Mask) -> SeriesParameters {
        SeriesParameters(
            mask: mask, batch: batch, queryHeads: queryHeads, keyValueHeads: keyValueHeads,
            headDimension: headDimension, elementType: elementType, threads: threads, queryLength: queryLength)
    }

    /// The same on another number of threads.
    func with(threads: Int) -> SeriesParameters {
        SeriesParameters(
            mask: mask, batch: batch, queryHeads: queryHeads, keyValueHeads: keyValueHeads,
            headDimension: headDimension, elementType: elementType, threads: threads, queryLength: queryLength)
    }

    /// Bytes of the keys and values of one head: what a kernel goes through again for each block of queries.
    func keyValueBytes(length: Double) -> Double {
        2 * length * Double(headDimension * elementType.byteCount)
    }
}

extension SeriesParameters: Comparable {
    public static func < (a: SeriesParameters, b: SeriesParameters) -> Bool {
        a.order.lexicographicallyPrecedes(b.order)
    }

    private var order: [Int] {
        let (kind, first, second) =
            switch mask {
            case .full: (0, 0, 0)
            case .causal: (1, 0, 0)
            case .slidingWindow(let window): (2, window, 0)
            case .symmetricWindow(let radius): (3, radius, 0)
            case .attentionSink(let sinks, let window): (4, window, sinks)
            case .chunkedLocal(let chunk): (5, chunk, 0)
            }
        let type = ElementType.allCases.firstIndex(of: elementType) ?? 0
        return [
            kind, first, second, headDimension, type, threads, batch, queryHeads, keyValueHeads, queryLength ?? 0,
        ]
    }
}
