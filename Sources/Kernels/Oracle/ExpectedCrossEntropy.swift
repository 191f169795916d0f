import Attention
import Foundation

/// What the losses and gradients of a problem have to be, and how far a kernel's may be from them: for each tensor by the rule of
/// `Accuracy`, twice the error of the naive loops in the same element type, and what no kernel can avoid. For inputs that are
/// finite numbers.
struct ExpectedCrossEntropy {
    /// Of one tensor.
    struct Part {
        let name: String
        let exact: [Double]
        let bound: Double
    }

    let losses: Part
    let hidden: Part
    let classifier: Part

    init(
        for problem: CrossEntropyProblem, _ inputs: borrowing CrossEntropyInputs,
        tolerance: Double = Accuracy.ownTolerance
    ) {
        let exact = ReferenceCrossEntropy<Double>(inputs, of: problem, .exact)
        let naive = ReferenceCrossEntropy(
            inputs, of: problem,
            ReferenceAttention.Arithmetic<Float>.storing(problem.elementType))
        // A logit is rounded once, and so is the largest logit that is subtracted from it.
        let ofLogits = exact.largestLogit * Double(Float.ulpOfOne)
        func part(_ name: String, _ exact: [Double], _ naive: [Float], unavoidable: Double) -> Part {
            let error = zip(exact, naive).reduce(0) { $1.1.isFinite ? max($0, abs(Double($1.1) - $1.0)) : $0 }
            return Part(name: name, exact: exact, bound: tolerance * error + unavoidable)
        }
        losses = part(
            "loss", exact.losses, naive.losses,
            unavoidable: 4 * ElementType.float32.epsilon * max(1, exact.losses.max()!) + ofLogits)
        hidden = part(
            "gradient of the hidden states", exact.hidden, naive.hidden,
            unavoidable: (4 * problem.elementType.epsilon + ofLogits) * exact.terms.hidden.max()!)
        classifier = part(
            "gradient of the classifier", exact.classifier, naive.classifier,
            unavoidable: (4 * ElementType.float32.epsilon + ofLogits) * exact.terms.classifier.max()!)
    }

    /// What is wrong with losses, in words; nil where nothing is.
    func fault(of losses: borrowing TokenLosses) -> String? { Self.fault(of: losses.losses, self.losses) }

    /// What is wrong with gradients, in words; nil where nothing is.
    func fault(of gradients: borrowing CrossEntropyGradients) -> String? {
        Self.fault(of: gradients.hidden, hidden) ?? Self.fault(of: gradients.classifier, classifier)
    }

    private static func fault(of tensor: borrowing Tensor, _ expected: Part) -> String? {
        for (index, exact) in expected.exact.enumerated() {
            let found = Double(tensor[index])
            let error = found.isFinite ? abs(found - exact) : .infinity
            if error > expected.bound {
                return "the \(expected.name) is \(found) in the place of \(exact) at element \(index), "
                    + String(format: "%.1e where %.1e is allowed", error, expected.bound)
            }
        }
        return nil
    }
}
