import Attention
import Foundation

/// Losses and gradients where a problem is too large for the whole oracle: some tokens against all words, and some words against
/// all tokens.
///
/// A row of dW needs the softmax of every token. It takes what divides it from the losses, which are themselves compared for
/// some tokens.
public struct SampledCrossEntropy {
    /// Some tokens, in Double.
    private let tokens: [Token]
    private let words: [Int]
    private let tolerance: Double

    private struct Token {
        let index: Int
        let loss: Double
        let hidden: [Double]
        /// Of what is added and subtracted.
        let largestTerm: Double
    }

    /// A word's part in the gradient of a token.
    private struct Part {
        let gradient: Double
        /// What was subtracted from what, added up: a weight near 1 leaves a small gradient with the rounding of 1.
        let term: Double

        init(weight: Double, isNext: Bool, tokens: Int) {
            gradient = (weight - (isNext ? 1 : 0)) / Double(tokens)
            term = (weight + (isNext ? 1 : 0)) / Double(tokens)
        }
    }

    /// The first and the last token and word, and some between.
    public init(_ inputs: borrowing CrossEntropyInputs, of problem: CrossEntropyProblem, count: Int = 3) {
        tokens = Self.spread(count, over: problem.tokens).map { Self.token($0, inputs, problem) }
        words = Self.spread(count, over: problem.vocabulary) + [Int(inputs.targets[0])]
        // Roundings of a sum of products in float32, and of a gradient that is stored.
        tolerance = 1e-4 + 2 * problem.elementType.epsilon
    }

    private static func spread(_ count: Int, over total: Int) -> [Int] {
        Set((0..<count).map { $0 * (total - 1) / max(1, count - 1) }).sorted()
    }

    private static func token(
        _ index: Int, _ inputs: borrowing CrossEntropyInputs, _ problem: CrossEntropyProblem
    ) -> Token {
        let size = problem.hiddenSize
        let state = inputs.hidden.elements(index * size..<(index + 1) * size)
        var logits: [Double] = []
        for word in 0..<problem.vocabulary { logits.append(dot(state, inputs.classifier, row: word)) }
        let largest = logits.max()!
        let weights = logits.map { exp($0 - largest) }
        let sum = weights.reduce(0, +)
        let target = Int(inputs.targets[index])
        var hidden = [Double](repeating: 0, count: size)
        var largestTerm = 0.0
        for word in 0..<problem.vocabulary where weights[word] > 0 || word == target {
            let part = Part(weight: weights[word] / sum, isNext: word == target, tokens: problem.tokens)
            let row = inputs.classifier.elements(word * size..<(word + 1) * size)
            for x in 0..<size {
                hidden[x] += part.gradient * Double(row[x])
                largestTerm = max(largestTerm, part.term * abs(Double(row[x])))
            }
        }
        return Token(
            index: index, loss: largest - logits[target] + log(sum), hidden: hidden, largestTerm: largestTerm)
    }

    private static func dot(_ a: [Float], _ rows: borrowing Tensor, row: Int) -> Double {
        let b = rows.elements(row * a.count..<(row + 1) * a.count)
        var sum = 0.0
        for x in a.indices { sum += Double(a[x]) * Double(b[x]) }
        return sum
    }

    /// What is wrong with losses, in words; nil where nothing is.
    public func fault(of losses: borrowing TokenLosses) -> String? {
        for token in tokens {
            let found = Double(losses.losses[token.index])
            if !(abs(found - token.loss) <= tolerance * max(1, token.loss)) {
                return "the loss of token \(token.index) is \(found) in the place of \(token.loss)"
            }
        }
        return nil
    }

    /// What is wrong with gradients, in words; nil where nothing is.
    public func fault(
        of gradients: borrowing CrossEntropyGradients, after losses: borrowing TokenLosses,
        _ inputs: borrowing CrossEntropyInputs
    ) -> String? {
        for token in tokens {
            for (x, exact) in token.hidden.enumerated() {
                let found = Double(gradients.hidden[token.index * token.hidden.count + x])
                if !(abs(found - exact) <= tolerance * token.largestTerm) {
                    return "the gradient of element \(x) of token \(token.index) is \(found) in the place of \(exact)"
                }
            }
        }
        for word in words {
            if let fault = fault(ofWord: word, gradients, losses, inputs) { return fault }
        }
        return nil
    }

    private func fault(
        ofWord word: Int, _ gradients: borrowing CrossEntropyGradients, _ losses: borrowing TokenLosses,
        _ inputs: borrowing CrossEntropyInputs
    ) -> String? {
        let (count, size) = (inputs.targets.count, inputs.hidden.dimensions[1])
        var (exact, largestTerm) = ([Double](repeating: 0, count: size), 0.0)
        for token in 0..<count {
            let state = inputs.hidden.elements(token * size..<(token + 1) * size)
            let logit = Self.dot(state, inputs.classifier, row: word)
            let weight = exp(logit - Double(losses.largestLogits[token]) - Double(losses.logSums[token]))
            let part = Part(weight: weight, isNext: inputs.targets[token] == word, tokens: count)
            for x in 0..<size {
                exact[x] += part.gradient * Double(state[x])
                largestTerm = max(largestTerm, part.term * abs(Double(state[x])))
            }
        }
        for (x, exact) in exact.enumerated() {
            let found = Double(gradients.classifier[word * size + x])
            if !(abs(found - exact) <= tolerance * largestTerm * Double(count).squareRoot()) {
                return "the gradient of element \(x) of word \(word) is \(found) in the place of \(exact)"
            }
        }
        return nil
    }
}
