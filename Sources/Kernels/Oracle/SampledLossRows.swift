import Attention
import Foundation

/// The tokens and the words whose rows are compared with the oracle.
struct LossRows {
    let tokens: [Int]
    let words: [Int]

    /// Beside the first and the last.
    private static let drawn = 2

    init(_ rows: Oracle.Rows, of problem: CrossEntropyProblem) {
        switch rows {
        case .all: (tokens, words) = (Array(0..<problem.tokens), Array(0..<problem.vocabulary))
        case .sampled(let seed):
            var generator = SplitMix64(seed: seed)
            func some(of count: Int) -> [Int] {
                let drawn = (0..<Self.drawn).map { _ in Int.random(in: 0..<count, using: &generator) }
                return Set([0, count - 1] + drawn).sorted()
            }
            (tokens, words) = (some(of: problem.tokens), some(of: problem.vocabulary))
        }
    }

    /// Pairs of a token and a word that the oracle goes through for a sample, about: rows of the classifier twice.
    static func sampledPairs(of problem: AttentionProblem) -> Double {
        let rows = Double(2 + drawn)
        return rows * (2 * Double(problem.shape.keyLength) + Double(problem.shape.queryLength))
    }
}

/// One pair of a token and a word: how much the mean loss changes with its logit.
private struct LogitGradient {
    let value: Double
    /// What was subtracted from what, added up: a weight near 1 leaves a small gradient with the rounding of 1.
    let term: Double
    /// Whether a filter may leave it out.
    let mayLack: Bool

    init(weight: Double, isNext: Bool, _ problem: CrossEntropyProblem, _ filter: GradientFilter) {
        let own = weight - (isNext ? 1 : 0)
        value = own / Double(problem.tokens)
        term = (weight + (isNext ? 1 : 0)) / Double(problem.tokens)
        mayLack =
            switch filter {
            case .none: false
            // Rounded, it may lie on the other side.
            case .below(let limit): abs(own) < 1.001 * Double(limit)
            }
    }
}

/// The loss of one token, and its row of dH.
struct SampledToken: Sendable {
    let index: Int
    private(set) var loss = 0.0
    private(set) var hidden: [Double]
    /// Of what is added and subtracted.
    private(set) var largestTerm = 0.0
    /// What a filter may take away from each element.
    private(set) var leftOut: [Double]

    private init(_ index: Int, hiddenSize: Int) {
        self.index = index
        hidden = Array(repeating: 0, count: hiddenSize)
        leftOut = hidden
    }

    /// The classifier is read twice, for all of them together.
    static func all(
        _ indices: [Int], _ tensors: CrossEntropyPointers, _ problem: CrossEntropyProblem, _ filter: GradientFilter
    ) -> [SampledToken] {
        let states = indices.map { tensors.hidden.row($0) }
        var logits = indices.map { _ in [Double](repeating: 0, count: problem.vocabulary) }
        for word in 0..<problem.vocabulary {
            let row = tensors.classifier.row(word)
            for (place, state) in states.enumerated() { logits[place][word] = product(state, by: row) }
        }
        var tokens = indices.map { SampledToken($0, hiddenSize: problem.hiddenSize) }
        var sums: [(largest: Double, sum: Double)] = []
        for place in tokens.indices {
            let largest = logits[place].max()!
            let sum = logits[place].reduce(0) { $0 + exp($1 - largest) }
            sums.append((largest, sum))
            tokens[place].loss = largest - logits[place][Int(tensors.targets[indices[place]])] + log(sum)
        }
        for word in 0..<problem.vocabulary {
            let row = tensors.classifier.row(word)
            for place in tokens.indices {
                let weight = exp(logits[place][word] - sums[place].largest) / sums[place].sum
                let isNext = Int(tensors.targets[indices[place]]) == word
                if weight == 0, !isNext { continue }
                tokens[place].add(LogitGradient(weight: weight, isNext: isNext, problem, filter), row)
            }
        }
        return tokens
    }

    private mutating func add(_ gradient: LogitGradient, _ row: [Float]) {
        for (x, element) in row.enumerated() {
            let magnitude = abs(Double(element))
            hidden[x] += gradient.value * Double(element)
            largestTerm = max(largestTerm, gradient.term * magnitude)
            if gradient.mayLack { leftOut[x] += abs(gradient.value) * magnitude }
        }
    }
}

/// Rows of dW of some words, up to the losses, which a kernel has to give first.
struct SampledWords: Sendable {
    private let problem: CrossEntropyProblem
    private let words: [Int]
    /// [words][tokens]
    private var logits: [[Double]]
    /// Of every token: its next word, and that word's logit.
    private let targets: [Int]
    private var targetLogits: [Double] = []
    /// Those in which rows are compared: all, unless the hidden states of all tokens are too many to be kept.
    let columns: [Int]
    /// [tokens][columns]
    private var states: [Float] = []
    /// Σ |H| over all tokens, over their number, of each of the columns.
    private(set) var meanStates: [Double]

    /// Elements of hidden states that are kept.
    private static let mostStates = 1 << 22

    init(_ words: [Int], _ tensors: CrossEntropyPointers, _ problem: CrossEntropyProblem) {
        self.problem = problem
        self.words = words
        targets = (0..<problem.tokens).map { Int(tensors.targets[$0]) }
        let count = min(problem.hiddenSize, max(1, Self.mostStates / problem.tokens))
        columns = (0..<count).map { $0 * problem.hiddenSize / count }
        meanStates = Array(repeating: 0, count: count)
        logits = words.map { _ in [] }
        let rows = words.map { tensors.classifier.row($0) }
        for token in 0..<problem.tokens {
            let state = tensors.hidden.row(token)
            for place in words.indices { logits[place].append(product(state, by: rows[place])) }
            targetLogits.append(product(state, by: tensors.classifier.row(targets[token])))
            for (place, column) in columns.enumerated() {
                states.append(state[column])
                meanStates[place] += abs(Double(state[column])) / Double(problem.tokens)
            }
        }
    }

    var indices: Range<Int> { words.indices }

    struct Row {
        let word: Int
        /// Of the columns that are compared.
        fileprivate(set) var gradients: [Double]
        fileprivate(set) var largestTerm = 0.0
        /// What a filter may take away from each.
        fileprivate(set) var leftOut: [Double]
    }

    func row(_ index: Int, after losses: [Float], _ filter: GradientFilter) -> Row {
        let none = [Double](repeating: 0, count: columns.count)
        var row = Row(word: words[index], gradients: none, leftOut: none)
        for token in 0..<problem.tokens {
            // The loss is what divides the softmax, in logarithms, less the logit of the next word.
            let weight = exp(logits[index][token] - targetLogits[token] - Double(losses[token]))
            let gradient = LogitGradient(weight: weight, isNext: targets[token] == words[index], problem, filter)
            for place in columns.indices {
                let state = Double(states[token * columns.count + place])
                row.gradients[place] += gradient.value * state
                row.largestTerm = max(row.largestTerm, gradient.term * abs(state))
                if gradient.mayLack { row.leftOut[place] += abs(gradient.value * state) }
            }
        }
        return row
    }
}

private func product(_ a: [Float], by b: [Float]) -> Double {
    var sum = 0.0
    for x in a.indices { sum += Double(a[x]) * Double(b[x]) }
    return sum
}
