import Attention

/// One row of the gated delta rule, as the oracle has it: from the row's own token back to the first. See `ReferenceAttention`.
///
/// The recurrence S_t = α_t (I − β_t k_tᵀ k_t) S_{t−1} + β_t k_tᵀ v_t is linear in what reads it, so that q · S_t is the sum over tokens j of
/// β_j (p_j · k_j) v_j, where p_t = q and p_{j−1} = α_j (p_j − β_j (p_j · k_j) k_j). It takes d elements where the recurrence takes d × d, and
/// goes over the keys of the row as softmax does. Once p is 0 the tokens before do not count, whatever they are.
struct ReferenceDeltaRow<Real: BinaryFloatingPoint> {
    private let problem: AttentionProblem
    private let arithmetic: ReferenceAttention.Arithmetic<Real>

    init(_ problem: AttentionProblem, _ arithmetic: ReferenceAttention.Arithmetic<Real>) {
        (self.problem, self.arithmetic) = (problem, arithmetic)
    }

    func row<Inputs: InputElements & ~Copyable>(
        _ place: Accuracy.OutputRow, _ inputs: borrowing Inputs
    ) -> ReferenceAttention.Row<Real> {
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        let start = (place.head * shape.queryLength + place.row) * d
        var query = unit(inputs.elements(start..<start + d, of: .query)[...]).map { $0 * Real(problem.scale) }
        var output = [Real](repeating: 0, count: d)
        var largestWeight: Real = 0
        let first = place.head / shape.groupSize * shape.keyLength
        var end = first + shape.firstPosition + place.row + 1
        while end > first && query.contains(where: { $0 != 0 }) {
            let block = max(first, end - ReferenceAttention.blockRows)..<end
            let rows = block.lowerBound * d..<block.upperBound * d
            let (keys, values) = (inputs.elements(rows, of: .key), inputs.elements(rows, of: .value))
            let decays = inputs.elements(block, of: .logDecay)
            let strengths = inputs.elements(block, of: .writingStrength)
            for token in (0..<block.count).reversed() {
                let key = unit(keys[token * d..<(token + 1) * d])
                var product: Real = 0
                for x in 0..<d { product += query[x] * key[x] }
                let weight = Real(strengths[token]) * product
                let share = arithmetic.rounded(weight)
                for x in 0..<d { output[x] += share * Real(values[token * d + x]) }
                if weight.isFinite { largestWeight = max(largestWeight, abs(weight)) }
                let decay = arithmetic.exponential(Real(decays[token]))
                for x in 0..<d { query[x] = decay * (query[x] - weight * key[x]) }
                if query.allSatisfy({ $0 == 0 }) { break }
            }
            end = block.lowerBound
        }
        return ReferenceAttention.Row(
            output: output.map(arithmetic.rounded), largest: largestWeight, sum: 1, largestScore: largestWeight)
    }

    /// A query or a key divided by its length.
    private func unit(_ elements: ArraySlice<Float>) -> [Real] {
        let elements = elements.map(Real.init)
        let square = elements.reduce(Real(Weighting.leastSquaredLength)) { $0 + $1 * $1 }
        return elements.map { $0 / square.squareRoot() }
    }
}
