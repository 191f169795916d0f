import Attention
import Foundation

/// The oracle of the loss: the formulas in Double, loops over tokens and words, nothing clever. It is held to differences of its own
/// losses.
///
///     loss_t = log Σ_v e^(logit_tv − max) + max − logit_t,next
///     G_tv = (softmax_tv − [v is next]) / tokens,   dH_t = Σ_v G_tv W_v,   dW_v = Σ_t G_tv H_t
///
/// Every token sees every word. So a NaN in H_t reaches the loss of token t, dH_t and all of dW, and a NaN in W_v reaches
/// everything.
///
/// In Float, with gradients of H rounded to the element type, it is the naive kernel whose error is the measure of all others'.
struct ReferenceCrossEntropy<Real: BinaryFloatingPoint> {
    /// [tokens]
    private(set) var losses: [Real] = []
    /// dH [tokens][hiddenSize]
    private(set) var hidden: [Real]
    /// dW [vocabulary][hiddenSize]
    private(set) var classifier: [Real]
    /// Largest absolute value of a logit.
    private(set) var largestLogit: Real = 0
    /// The same sums over absolute values of what is added and subtracted, from which roundings come.
    private(set) var terms: (hidden: [Real], classifier: [Real])

    init(
        _ inputs: borrowing CrossEntropyInputs, of problem: CrossEntropyProblem,
        _ arithmetic: ReferenceAttention.Arithmetic<Real>
    ) {
        let size = problem.hiddenSize
        let states = inputs.hidden.elements(0..<inputs.hidden.count).map(Real.init)
        let words = inputs.classifier.elements(0..<inputs.classifier.count).map(Real.init)
        hidden = Array(repeating: 0, count: states.count)
        classifier = Array(repeating: 0, count: words.count)
        terms = (hidden, classifier)
        for token in 0..<problem.tokens {
            let start = token * size
            let logits = (0..<problem.vocabulary).map { word in
                var sum: Real = 0
                for x in 0..<size { sum += states[start + x] * words[word * size + x] }
                return sum
            }
            let largest = logits.max()!
            largestLogit = max(largestLogit, logits.reduce(0) { max($0, abs($1)) })
            let weights = logits.map { arithmetic.exponential($0 - largest) }
            let sum = weights.reduce(0, +)
            let target = Int(inputs.targets[token])
            losses.append(largest - logits[target] + Real(log(Double(sum))))
            for word in 0..<problem.vocabulary {
                let (weight, isNext): (Real, Real) = (weights[word] / sum, word == target ? 1 : 0)
                let gradient = (weight - isNext) / Real(problem.tokens)
                let term = (weight + isNext) / Real(problem.tokens)
                for x in 0..<size {
                    hidden[start + x] += gradient * words[word * size + x]
                    classifier[word * size + x] += gradient * states[start + x]
                    terms.hidden[start + x] += term * abs(words[word * size + x])
                    terms.classifier[word * size + x] += term * abs(states[start + x])
                }
            }
        }
        hidden = hidden.map(arithmetic.rounded)
    }
}
