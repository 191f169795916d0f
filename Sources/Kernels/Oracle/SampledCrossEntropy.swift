import Attention
import Foundation

/// What losses and gradients have to be where a problem is too large for the whole oracle: those of some tokens against all words, and
/// of some words against all tokens, in Double.
///
/// A row of dW needs the softmax of every token. What divides it follows from the token's loss and from the logit of its next word. The
/// losses are the kernel's own, of which some are compared here.
///
/// Where nothing is left out, the gradients of a token's logits add up to 0, and so do the rows of dW over all words. A kernel that
/// leaves out words, or takes them twice, is found by that sum, whichever words they are.
public struct SampledCrossEntropy: Sendable {
    private let problem: CrossEntropyProblem
    private let tokens: [SampledToken]
    private let words: SampledWords
    /// Of each number, as a part of the largest term of its sum.
    private let tolerance: Double
    private let filter: GradientFilter

    /// Some tokens and words, drawn at random, of inputs that a caller holds.
    public init(_ inputs: borrowing CrossEntropyInputs, of problem: CrossEntropyProblem, seed: UInt64 = 1) {
        var made: SampledCrossEntropy?
        CrossEntropyPointers.with(inputs) { made = SampledCrossEntropy($0, of: problem, .sampled(seed: seed)) }
        self = made!
    }

    init(
        _ tensors: CrossEntropyPointers, of problem: CrossEntropyProblem, _ rows: Oracle.Rows,
        _ allowance: Allowance = Allowance()
    ) {
        let chosen = LossRows(rows, of: problem)
        self.problem = problem
        filter = allowance.filter
        // Roundings of a sum of products in float32, and of a gradient that is stored.
        let times = allowance.tolerance / Accuracy.ownTolerance
        tolerance = (1e-4 + 2 * problem.elementType.epsilon) * times
        tokens = SampledToken.all(chosen.tokens, tensors, problem, filter)
        words = SampledWords(chosen.words, tensors, problem)
    }

    /// Of what a call in the phase of a loss writes.
    func accuracy(of output: borrowing Tensor) -> Accuracy {
        let classifierStart = problem.tokens * problem.hiddenSize
        let lossStart = classifierStart + problem.vocabulary * problem.hiddenSize
        let losses = output.elements(lossStart..<lossStart + problem.tokens)
        var comparison = Comparison()
        compare(losses: losses, &comparison)
        compare(hidden: output, &comparison)
        compare(classifier: output, from: classifierStart, after: losses, &comparison)
        return comparison.worst
    }

    public func accuracy(of losses: borrowing TokenLosses) -> Accuracy {
        var comparison = Comparison()
        compare(losses: losses.losses.elements(0..<problem.tokens), &comparison)
        return comparison.worst
    }

    /// - Parameter losses: of the same kernel
    public func accuracy(
        of gradients: borrowing CrossEntropyGradients, after losses: borrowing TokenLosses
    ) -> Accuracy {
        var comparison = Comparison()
        compare(hidden: gradients.hidden, &comparison)
        compare(
            classifier: gradients.classifier, from: 0, after: losses.losses.elements(0..<problem.tokens), &comparison)
        return comparison.worst
    }

    /// Every loss has to be a number, and some of them are compared.
    private func compare(losses: [Float], _ comparison: inout Comparison) {
        for (token, loss) in losses.enumerated() where !loss.isFinite {
            comparison.take(.infinity, bound: tolerance, row: token, of: nil)
        }
        for token in tokens {
            comparison.take(
                Double(losses[token.index]) - token.loss, bound: tolerance * max(1, token.loss), row: token.index,
                of: nil
            )
        }
    }

    private func compare(hidden: borrowing Tensor, _ comparison: inout Comparison) {
        for token in tokens {
            let start = token.index * problem.hiddenSize
            for (x, exact) in token.hidden.enumerated() {
                comparison.take(
                    Double(hidden[start + x]) - exact, bound: tolerance * token.largestTerm + token.leftOut[x],
                    row: token.index, of: "hidden states")
            }
        }
    }

    private func compare(
        classifier: borrowing Tensor, from start: Int, after losses: [Float], _ comparison: inout Comparison
    ) {
        for word in words.indices {
            let exact = words.row(word, after: losses, filter)
            for (place, column) in words.columns.enumerated() {
                comparison.take(
                    Double(classifier[start + exact.word * problem.hiddenSize + column]) - exact.gradients[place],
                    bound: tolerance * exact.largestTerm * Double(problem.tokens).squareRoot() + exact.leftOut[place],
                    row: exact.word, of: "classifier")
            }
        }
        if filter == .none { compareSums(of: classifier, from: start, &comparison) }
    }

    private func compareSums(of classifier: borrowing Tensor, from start: Int, _ comparison: inout Comparison) {
        var sums = [Double](repeating: 0, count: words.columns.count)
        classifier.withFloats { floats in
            for word in 0..<problem.vocabulary {
                let row = start + word * problem.hiddenSize
                for (place, column) in words.columns.enumerated() { sums[place] += Double(floats[row + column]) }
            }
        }
        for (place, sum) in sums.enumerated() {
            // A softmax and its 1 at the next word have magnitudes that add up to 2 at most. A plain sum of 128K weights in
            // float32 was 2e-5 off, and all gradients with it.
            comparison.take(
                sum, bound: tolerance * 2 * words.meanStates[place], row: problem.vocabulary - 1,
                of: "classifier, summed over all words")
        }
    }
}

/// The number that is nearest to its bound, or farthest beyond it.
private struct Comparison {
    private(set) var worst = Accuracy(
        maximumError: 0, bound: 0, worst: Accuracy.OutputRow(head: 0, row: 0), gradient: nil)
    private var worstShare = -1.0

    mutating func take(_ difference: Double, bound: Double, row: Int, of gradient: String?) {
        let error = difference.isFinite ? abs(difference) : .infinity
        let share = error == 0 ? 0 : error / bound
        // A bound that is not a number lets nothing pass.
        guard !(share <= worstShare) else { return }
        worstShare = share.isNaN ? .infinity : share
        worst = Accuracy(
            maximumError: error, bound: bound.isFinite ? bound : 0,
            worst: Accuracy.OutputRow(head: 0, row: row), gradient: gradient)
    }
}
