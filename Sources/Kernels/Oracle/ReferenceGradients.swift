import Attention
import Foundation

/// The oracle of the backward pass: the formulas in Double, loops over rows, nothing clever. The backward kernels are held to
/// it, and it is itself held to differences of the forward oracle.
///
///     dV_j = Σ_i P_ij dO_i
///     dS_ij = P_ij (dO_i · V_j − dO_i · O_i)
///     dQ_i = scale Σ_j dS_ij K_j,   dK_j = scale Σ_i dS_ij Q_i
///
/// In Float, with roundings to the element type, it is the naive kernel whose error is the measure of all others'.
struct ReferenceGradients<Real: BinaryFloatingPoint> {
    /// [batch][queryHeads][queryLength][headDimension]
    private(set) var query: [Real]
    /// [batch][keyValueHeads][keyLength][headDimension], sums over the heads of a group.
    private(set) var key: [Real]
    private(set) var value: [Real]
    /// Largest absolute value of the finite scores, scaled.
    private(set) var largestScore: Real = 0
    /// The same sums over absolute values of what is added and subtracted, from which roundings come: a gradient may be small
    /// and its terms large.
    private(set) var terms: (query: [Real], key: [Real], value: [Real])

    private let problem: AttentionProblem
    private let arithmetic: ReferenceAttention.Arithmetic<Real>

    init(
        _ inputs: borrowing AttentionInputs, outputGradient: borrowing Tensor, of problem: AttentionProblem,
        _ arithmetic: ReferenceAttention.Arithmetic<Real>
    ) {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        (self.problem, self.arithmetic) = (problem, arithmetic)
        query = Array(repeating: 0, count: inputs.query.count)
        key = Array(repeating: 0, count: inputs.key.count)
        value = key
        terms = (query, key, value)
        for head in 0..<shape.batch * shape.queryHeads {
            let keyStart = head / shape.groupSize * shape.keyLength * d
            let keyRange = keyStart..<keyStart + shape.keyLength * d
            let keys = inputs.key.elements(keyRange).map(Real.init)
            let values = inputs.value.elements(keyRange).map(Real.init)
            for row in 0..<shape.queryLength {
                let start = (head * shape.queryLength + row) * d
                let own = Row(
                    query: inputs.query.elements(start..<start + d).map(Real.init),
                    outputGradient: outputGradient.elements(start..<start + d).map(Real.init), start: start,
                    keyStart: keyStart)
                add(own, visible: problem.pairs.visibleKeys(row: row), keys: keys, values: values)
            }
        }
        let (scale, rounded) = (Real(problem.scale), arithmetic.rounded)
        query = query.map { rounded($0 * scale) }
        key = key.map { rounded($0 * scale) }
        terms.query = terms.query.map { $0 * scale }
        terms.key = terms.key.map { $0 * scale }
        value = value.map(rounded)
    }

    private struct Row {
        let query: [Real]
        let outputGradient: [Real]
        /// Of its elements, and of its keys', in the tensors.
        let start: Int
        let keyStart: Int
    }

    private mutating func add(_ row: Row, visible: VisibleKeys, keys: [Real], values: [Real]) {
        let d = row.query.count
        let places = (Array(0..<visible.sinks) + Array(visible.band)).map { $0 * d }
        func dot(_ a: [Real], with b: [Real], at place: Int) -> Real {
            var sum: Real = 0
            for x in 0..<d { sum += a[x] * b[place + x] }
            return sum
        }
        let scores = places.map { dot(row.query, with: keys, at: $0) * Real(problem.scale) }
        largestScore = max(largestScore, scores.filter(\.isFinite).map(abs).max() ?? 0)
        let largest = scores.contains { $0.isNaN } ? .nan : scores.max()!
        let weights = scores.map { arithmetic.exponential($0 - largest) }
        let sum = weights.reduce(0, +)
        let shares = weights.map { arithmetic.rounded($0 / sum) }
        var output = [Real](repeating: 0, count: d)
        for (share, place) in zip(shares, places) {
            for x in 0..<d { output[x] += share * values[place + x] }
        }
        let mean = dot(row.outputGradient, with: output.map(arithmetic.rounded), at: 0)
        let meanTerms = zip(row.outputGradient, output).reduce(0) { $0 + abs($1.0 * $1.1) }
        for (share, place) in zip(shares, places) {
            let gradient = arithmetic.rounded(share * (dot(row.outputGradient, with: values, at: place) - mean))
            let ownTerms = (0..<d).reduce(0) { $0 + abs(row.outputGradient[$1] * values[place + $1]) }
            let gradientTerms = share * (ownTerms + meanTerms)
            for x in 0..<d {
                let keyPlace = row.keyStart + place + x
                value[keyPlace] += share * row.outputGradient[x]
                query[row.start + x] += gradient * keys[place + x]
                key[keyPlace] += gradient * row.query[x]
                terms.value[keyPlace] += share * abs(row.outputGradient[x])
                terms.query[row.start + x] += gradientTerms * abs(keys[place + x])
                terms.key[keyPlace] += gradientTerms * abs(row.query[x])
            }
        }
    }
}
