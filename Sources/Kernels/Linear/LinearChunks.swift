import Attention

/// The chunks of a text that linear attention goes through, and what is computed in each. Queries stand at the end of the text, so
/// that the first chunks may have none.
struct LinearChunks {
    private let problem: AttentionProblem
    /// Tokens of all chunks but the last.
    let size: Int

    init(_ problem: AttentionProblem, chunk: Int) {
        self.problem = problem
        size = Self.size(problem, chunk: chunk)
    }

    /// A quarter as many tokens as a head has elements, and at least as many as fill vectors.
    static func usual(_ problem: AttentionProblem) -> Int { max(32, min(problem.shape.headDimension / 4, 256)) }

    /// No longer than the text.
    static func size(_ problem: AttentionProblem, chunk: Int) -> Int { min(chunk, problem.shape.keyLength) }

    var count: Int { (problem.shape.keyLength + size - 1) / size }

    subscript(_ index: Int) -> LinearChunk {
        let (length, firstPosition) = (problem.shape.keyLength, problem.shape.firstPosition)
        let keys = index * size..<min((index + 1) * size, length)
        let queries = max(keys.lowerBound, firstPosition)..<max(keys.upperBound, firstPosition)
        return LinearChunk(
            keys: keys, queries: queries.lowerBound - firstPosition..<queries.upperBound - firstPosition,
            firstPosition: firstPosition)
    }

    /// Half pairs of all chunks, of all heads of one batch. All chunks between the first one with queries and the last are alike, and so are
    /// those without queries.
    var halfPairs: Int {
        let last = count - 1
        let first = min(problem.shape.firstPosition / size, last)
        let between = last - first - 1
        return first * self[0].halfPairs(problem, answers: false)
            + self[first].halfPairs(problem, answers: true)
            + (between > 0 ? between * self[first + 1].halfPairs(problem, answers: true) : 0)
            + (first < last ? self[last].halfPairs(problem, answers: true) : 0)
    }
}

/// Some neighbouring tokens of a text.
struct LinearChunk {
    let keys: Range<Int>
    /// Rows of the queries that stand there.
    let queries: Range<Int>
    /// Of the first key, that of the first query.
    private let firstPosition: Int

    init(keys: Range<Int>, queries: Range<Int>, firstPosition: Int) {
        (self.keys, self.queries, self.firstPosition) = (keys, queries, firstPosition)
    }

    /// The place of the first query among the keys of the chunk.
    var firstPlace: Int { firstPosition + queries.lowerBound - keys.lowerBound }

    /// Panels of as many keys as a block has lanes.
    var panels: Int { (keys.count + QueryBlock.width - 1) / QueryBlock.width }

    /// Keys of a panel.
    func keys(ofPanel panel: Int) -> Int { min(QueryBlock.width, keys.count - panel * QueryBlock.width) }

    /// The first of `rows` rows, of which the first stands at `place` among the keys, that sees a key of a panel.
    func firstRow(seeing panel: Int, of rows: Int, from place: Int) -> Int {
        min(rows, max(0, panel * QueryBlock.width - place))
    }

    /// Rows of one register tile each, of the last one fewer.
    static func granules(of rows: Int) -> some Sequence<Range<Int>> {
        stride(from: 0, to: rows, by: RowTile.rows).lazy.map { $0..<min($0 + RowTile.rows, rows) }
    }

    /// What the products of this chunk take, of all heads of one batch: a half pair is 2·d FLOPs.
    /// - Parameter answers: whether the queries of the chunk are computed.
    func halfPairs(_ problem: AttentionProblem, answers: Bool) -> Int {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        var keyValueHead = d * keys.count
        if problem.weighting == .gatedDelta {
            keyValueHead += d * keys.count + scores(of: keys.count, from: 0) + keys.count * (keys.count - 1) / 2
        }
        guard answers, !queries.isEmpty else { return shape.keyValueHeads * keyValueHead }
        let sums = Self.granules(of: queries.count).reduce(0) {
            $0 + $1.count * min(firstPlace + $1.upperBound, keys.count)
        }
        let queryHead = d * queries.count + scores(of: queries.count, from: firstPlace) + sums
        return shape.keyValueHeads * keyValueHead + shape.queryHeads * queryHead
    }

    /// Scores of rows with keys of the chunk.
    private func scores(of rows: Int, from place: Int) -> Int {
        (0..<panels).reduce(0) { $0 + (rows - firstRow(seeing: $1, of: rows, from: place)) * keys(ofPanel: $1) }
    }
}
