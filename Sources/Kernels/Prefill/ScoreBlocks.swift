import Attention

/// How a kernel cuts the n × n scores into blocks that it computes whole.
enum ScorePartition {
    /// One block: everything.
    case whole
    /// So many queries against all keys up to the last that they see.
    case rows(Int)
    /// Chunks of `window` queries against the two chunks of keys that they can see: their own and the one before.
    case overlappingChunks
    /// Longformer's: chunks of 2·window tokens that overlap by half, each against itself (Beltagy et al. 2020).
    case overlappingSquares
}

/// A block of queries and the span of keys that it is multiplied with.
struct ScoreBlock {
    let queries: Range<Int>
    /// Keys of the second product, P · V, and the columns of the scores.
    let keys: Range<Int>
    /// Keys of the first product, Q · Kᵀ: `keys`, or two spans that overlap and cover it.
    let firstProduct: Range<Int>
    let secondProduct: Range<Int>

    init(queries: Range<Int>, keys: Range<Int>) {
        self.init(queries: queries, keys: keys, firstProduct: keys, secondProduct: keys.upperBound..<keys.upperBound)
    }

    init(queries: Range<Int>, keys: Range<Int>, firstProduct: Range<Int>, secondProduct: Range<Int>) {
        self.queries = queries
        self.keys = keys
        self.firstProduct = firstProduct
        self.secondProduct = secondProduct
    }

    /// Two for a pair that both products go over.
    var computedHalfPairs: Int { queries.count * (firstProduct.count + secondProduct.count + keys.count) }

    func visibleColumns(_ visible: VisibleKeys) -> VisibleColumns {
        let sinks = (0..<visible.sinks).clamped(to: keys)
        let band = visible.band.clamped(to: keys)
        return VisibleColumns(
            sinks: sinks.lowerBound - keys.lowerBound..<sinks.upperBound - keys.lowerBound,
            band: band.lowerBound - keys.lowerBound..<band.upperBound - keys.lowerBound)
    }
}

/// The blocks of one head.
struct ScoreBlocks {
    private let problem: AttentionProblem
    private let partition: ScorePartition
    /// Queries of a block, but for the last.
    private let step: Int
    let count: Int

    init(problem: AttentionProblem, partition: ScorePartition) {
        self.problem = problem
        self.partition = partition
        let length = problem.shape.queryLength
        step =
            switch partition {
            case .whole: length
            case .rows(let rows): rows
            case .overlappingChunks, .overlappingSquares: Self.step(of: problem.mask)
            }
        count = (length + step - 1) / step
    }

    /// A window's own size: of its keys, or of one side.
    private static func step(of mask: Mask) -> Int {
        guard mask.sinks == 0, mask.chunk == nil, let left = mask.left, mask.right == 0 || mask.right == left else {
            preconditionFailure("chunks that overlap cannot serve \(mask)")
        }
        return mask.isCausal ? left + 1 : left
    }

    subscript(index: Int) -> ScoreBlock {
        let (n, first) = (problem.shape.keyLength, problem.shape.firstPosition)
        let start = index * step
        let queries = start..<min(start + step, problem.shape.queryLength)
        // The same, counted from the first key.
        let positions = queries.lowerBound + first..<queries.upperBound + first
        switch partition {
        case .whole:
            return ScoreBlock(queries: queries, keys: 0..<n)
        case .rows:
            return ScoreBlock(queries: queries, keys: 0..<(problem.mask.isCausal ? positions.upperBound : n))
        case .overlappingChunks:
            return ScoreBlock(queries: queries, keys: max(0, positions.lowerBound - step)..<positions.upperBound)
        case .overlappingSquares:
            let before = max(0, positions.lowerBound - step)
            let after = min(n, positions.upperBound + step)
            guard before < positions.lowerBound, positions.upperBound < after else {
                return ScoreBlock(queries: queries, keys: before..<after)
            }
            return ScoreBlock(
                queries: queries, keys: before..<after,
                firstProduct: before..<positions.upperBound, secondProduct: positions.lowerBound..<after)
        }
    }

    var largestScoreCount: Int {
        blocksThatMayBeLargest.map { $0.queries.count * $0.keys.count }.max()!
    }

    var largestKeyCount: Int { blocksThatMayBeLargest.map(\.keys.count).max()! }

    /// Blocks grow from the first on, are all alike in the middle, and the last two may be clipped.
    private var blocksThatMayBeLargest: [ScoreBlock] {
        Set([0, 1, count - 3, count - 2, count - 1]).filter { (0..<count).contains($0) }.map { self[$0] }
    }
}
