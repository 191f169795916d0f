import Attention
import CVector

/// One row of the gated delta rule in Double, as `WideRow` is one of the other weightings: for rows that float32 is too narrow for.
///
/// Without a state: the output is linear in the query, and each token, from the last one back, takes its share of it. For p = scale · q at the
/// row's own token, o += β (p · k) v, and then p ← α (p − β (p · k) k). That is the recurrence read from its end, and takes d elements in the
/// place of d × d. It ends where nothing is left of p.
struct WideDeltaRow {
    private let problem: AttentionProblem
    /// Of the output, in rows.
    private let place: Int
    private var output: [Double]

    /// `head` counts over batches.
    init(row: Int, head: Int, of problem: AttentionProblem, _ tensors: TensorPointers) {
        let (shape, type, d) = (problem.shape, problem.elementType, problem.shape.headDimension)
        self.problem = problem
        place = head * shape.queryLength + row
        output = Array(repeating: 0, count: d)
        let gates = TokenGates(tensors, type)
        var query = Self.unit(tensors.query, row: place, of: problem).map { $0 * Double(problem.scale) }
        let first = head / shape.groupSize * shape.keyLength
        for token in (first...first + shape.firstPosition + row).reversed() {
            let key = Self.unit(tensors.key, row: token, of: problem)
            var product = 0.0
            for x in 0..<d { product += query[x] * key[x] }
            let weight = Double(gates.strength(token)) * product
            output.withUnsafeMutableBufferPointer {
                wide_add(type.layout, weight, tensors.value + token * d * type.byteCount, $0.baseAddress, d)
            }
            let decay = gates.wideDecay(token)
            var isLeft = false
            for x in 0..<d {
                query[x] = decay * (query[x] - weight * key[x])
                isLeft = isLeft || query[x] != 0
            }
            if !isLeft { break }
        }
    }

    /// A row divided by its length.
    private static func unit(_ tensor: UnsafeRawPointer, row: Int, of problem: AttentionProblem) -> [Double] {
        let (type, d) = (problem.elementType, problem.shape.headDimension)
        let elements = (0..<d).map { Double(type.element(row * d + $0, of: tensor)) }
        let length = (elements.reduce(Weighting.leastSquaredLength) { $0 + $1 * $1 }).squareRoot()
        return elements.map { $0 / length }
    }

    func write(_ tensors: TensorPointers) {
        for (x, element) in output.enumerated() {
            problem.elementType.store(element, at: place * output.count + x, in: tensors.output)
        }
    }
}
