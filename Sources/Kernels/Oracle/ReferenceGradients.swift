import Attention
import Foundation

/// The oracle of the backward pass: the formulas in Double, loops over rows, nothing clever. The backward kernels are held to
/// it, and it is itself held to differences of the forward oracle.
///
///     dV_j = Σ_i P_ij dO_i
///     dS_ij = P_ij (dO_i · V_j − dO_i · O_i)
///     dQ_i = scale Σ_j dS_ij K_j,   dK_j = scale Σ_i dS_ij Q_i
///
/// The sums go over the pairs that the mask shows, and over no other. So it is their IEEE result, here and in every kernel, that
/// says what a value reaches which is not finite. Of a query i, call the keys that it sees its keys.
///
/// - A NaN in Q_i: all of dQ_i, and dK_j and dV_j of its keys.
/// - A NaN in K_j: as a NaN in every query that sees it.
/// - A NaN in V_j: all of dQ_i of every query that sees it, and dK of the keys of these queries. No row of dV.
/// - A NaN in dO_i: all of dQ_i, dK_j of its keys, and in dV_j of its keys the same column.
/// - A query whose scores are all −∞, or of which one is +∞: as a NaN in Q_i.
/// - A score of −∞ beside finite ones has a weight of 0. The key is infinite itself, so that 0 · ∞ makes its column of dQ_i NaN.
/// - An infinite value or gradient: NaN and infinities, within the rows that a NaN in its place would reach.
///
/// In Float, with roundings to the element type, it is the naive kernel whose error is the measure of all others'.
struct ReferenceGradients<Real: BinaryFloatingPoint> {
    /// Of the rows of queries that were asked for, in their order [rows][headDimension].
    private(set) var query: [Real]
    /// Of the rows of keys that were asked for, in their order [rows][headDimension]; sums over the heads of a group.
    private(set) var key: [Real]
    private(set) var value: [Real]
    /// Largest absolute value of the finite scores, scaled.
    private(set) var largestScore: Real = 0
    /// The same sums over absolute values of what is added and subtracted, from which roundings come: a gradient may be small
    /// and its terms large.
    private(set) var terms: (query: [Real], key: [Real], value: [Real])

    private let problem: AttentionProblem
    private let arithmetic: ReferenceAttention.Arithmetic<Real>
    /// Where the rows that were asked for lie in the sums.
    private let queryPlaces: [Accuracy.OutputRow: Int]
    private let keyPlaces: [Accuracy.OutputRow: Int]

    init(
        _ inputs: borrowing AttentionInputs, of problem: AttentionProblem, _ rows: GradientRows,
        _ arithmetic: ReferenceAttention.Arithmetic<Real>
    ) {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        (self.problem, self.arithmetic) = (problem, arithmetic)
        queryPlaces = Self.places(rows.queries, rowLength: d)
        keyPlaces = Self.places(rows.keys, rowLength: d)
        query = Array(repeating: 0, count: rows.queries.count * d)
        key = Array(repeating: 0, count: rows.keys.count * d)
        value = key
        terms = (query, key, value)
        for head in 0..<shape.batch * shape.queryHeads {
            for row in rows.queriesNeeded(head: head, of: problem) {
                add(Row(head: head, row: row, of: problem, inputs))
            }
        }
        let (scale, rounded) = (Real(problem.scale), arithmetic.rounded)
        query = query.map { rounded($0 * scale) }
        key = key.map { rounded($0 * scale) }
        terms.query = terms.query.map { $0 * scale }
        terms.key = terms.key.map { $0 * scale }
        value = value.map(rounded)
    }

    private static func places(_ rows: [Accuracy.OutputRow], rowLength: Int) -> [Accuracy.OutputRow: Int] {
        Dictionary(rows.enumerated().map { ($0.element, $0.offset * rowLength) }) { first, _ in first }
    }

    /// One query with all that it sees.
    private struct Row {
        let place: Accuracy.OutputRow
        let keyHead: Int
        let tokens: [Int]
        let query: [Real]
        let outputGradient: [Real]
        /// [tokens][headDimension]
        let keys: [Real]
        let values: [Real]

        init(head: Int, row: Int, of problem: AttentionProblem, _ inputs: borrowing AttentionInputs) {
            let (shape, d) = (problem.shape, problem.shape.headDimension)
            let visible = problem.pairs.visibleKeys(row: row)
            place = Accuracy.OutputRow(head: head, row: row)
            keyHead = head / shape.groupSize
            tokens = Array(0..<visible.sinks) + Array(visible.band)
            let start = (head * shape.queryLength + row) * d
            query = Self.elements(inputs.query, start..<start + d)
            outputGradient = inputs.withOutputGradient { Self.elements($0, start..<start + d) }
            let first = keyHead * shape.keyLength
            let sinks = first * d..<(first + visible.sinks) * d
            let band = (first + visible.band.lowerBound) * d..<(first + visible.band.upperBound) * d
            keys = Self.elements(inputs.key, sinks) + Self.elements(inputs.key, band)
            values = Self.elements(inputs.value, sinks) + Self.elements(inputs.value, band)
        }

        private static func elements(_ tensor: borrowing Tensor, _ range: Range<Int>) -> [Real] {
            tensor.elements(range).map { Real($0) }
        }
    }

    private mutating func add(_ row: Row) {
        let d = row.query.count
        func dot(_ a: [Real], with b: [Real], at place: Int) -> Real {
            var sum: Real = 0
            for x in 0..<d { sum += a[x] * b[place + x] }
            return sum
        }
        let places = row.tokens.indices.map { $0 * d }
        let scores = places.map { dot(row.query, with: row.keys, at: $0) * Real(problem.scale) }
        largestScore = max(largestScore, scores.filter(\.isFinite).map(abs).max() ?? 0)
        let largest = scores.contains { $0.isNaN } ? .nan : scores.max()!
        let weights = scores.map { arithmetic.exponential($0 - largest) }
        let sum = weights.reduce(0, +)
        let shares = weights.map { arithmetic.rounded($0 / sum) }
        var output = [Real](repeating: 0, count: d)
        for (share, place) in zip(shares, places) {
            for x in 0..<d { output[x] += share * row.values[place + x] }
        }
        let mean = dot(row.outputGradient, with: output.map(arithmetic.rounded), at: 0)
        let meanTerms = zip(row.outputGradient, output).reduce(0) { $0 + abs($1.0 * $1.1) }
        let ownPlace = queryPlaces[row.place]
        for (index, token) in row.tokens.enumerated() {
            let keyPlace = keyPlaces[Accuracy.OutputRow(head: row.keyHead, row: token)]
            if ownPlace == nil, keyPlace == nil { continue }
            let (share, place) = (shares[index], places[index])
            let gradient = arithmetic.rounded(share * (dot(row.outputGradient, with: row.values, at: place) - mean))
            let ownTerms = (0..<d).reduce(0) { $0 + abs(row.outputGradient[$1] * row.values[place + $1]) }
            let gradientTerms = share * (ownTerms + meanTerms)
            if let ownPlace {
                for x in 0..<d {
                    query[ownPlace + x] += gradient * row.keys[place + x]
                    terms.query[ownPlace + x] += gradientTerms * abs(row.keys[place + x])
                }
            }
            if let keyPlace {
                for x in 0..<d {
                    value[keyPlace + x] += share * row.outputGradient[x]
                    key[keyPlace + x] += gradient * row.query[x]
                    terms.value[keyPlace + x] += share * abs(row.outputGradient[x])
                    terms.key[keyPlace + x] += gradientTerms * abs(row.query[x])
                }
            }
        }
    }
}
