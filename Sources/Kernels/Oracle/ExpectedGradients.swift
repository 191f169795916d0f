import Attention
import Foundation

/// What the gradients of a problem have to be, and how far a kernel's may be from them: for each of the three tensors by the
/// rule of `Accuracy`, twice the error of the naive loops in the same element type, and what no kernel can avoid. For inputs
/// that are finite numbers.
struct ExpectedGradients {
    /// Of one tensor.
    struct Part {
        let name: String
        fileprivate let exact: [Double]
        let bound: Double
    }

    private let query: Part
    private let key: Part
    private let value: Part

    init(
        for problem: AttentionProblem, _ inputs: borrowing AttentionInputs, outputGradient: borrowing Tensor,
        tolerance: Double = Accuracy.ownTolerance
    ) {
        let exact = ReferenceGradients(inputs, outputGradient: outputGradient, of: problem, .exact)
        let naive = ReferenceGradients(
            inputs, outputGradient: outputGradient, of: problem,
            ReferenceAttention.Arithmetic<Float>(
                exponential: { Foundation.exp($0) }, rounded: problem.elementType.rounded))
        // A score is rounded, and the log-sum-exp of scores as large as it.
        let roundings = 4 * problem.elementType.epsilon + exact.largestScore * Double(Float.ulpOfOne)
        func part(_ name: String, _ exact: [Double], terms: [Double], _ naive: [Float]) -> Part {
            let error = zip(exact, naive).reduce(0) { $1.1.isFinite ? max($0, abs(Double($1.1) - $1.0)) : $0 }
            return Part(name: name, exact: exact, bound: tolerance * error + roundings * terms.max()!)
        }
        query = part("query", exact.query, terms: exact.terms.query, naive.query)
        key = part("key", exact.key, terms: exact.terms.key, naive.key)
        value = part("value", exact.value, terms: exact.terms.value, naive.value)
    }

    /// What is wrong with gradients, in words; nil where nothing is.
    func fault(of gradients: borrowing AttentionGradients) -> String? {
        Self.fault(of: gradients.query, query) ?? Self.fault(of: gradients.key, key)
            ?? Self.fault(of: gradients.value, value)
    }

    private static func fault(of tensor: borrowing Tensor, _ expected: Part) -> String? {
        for (index, exact) in expected.exact.enumerated() {
            let found = Double(tensor[index])
            let error = found.isFinite ? abs(found - exact) : .infinity
            if error > expected.bound {
                return "the gradient of the \(expected.name) is \(found) in the place of \(exact) at element \(index), "
                    + String(format: "%.1e where %.1e is allowed", error, expected.bound)
            }
        }
        return nil
    }
}
