import Attention

/// What the loss of a problem is computed from.
public struct CrossEntropyInputs: ~Copyable, Sendable {
    /// H [tokens, hiddenSize]
    public var hidden: Tensor
    /// W [vocabulary, hiddenSize]
    public var classifier: Tensor
    /// For each token the word that comes next.
    public let targets: [Int32]

    /// A caller's own tensors.
    ///
    /// - Precondition: one element type, one hidden size, and a word of the vocabulary for each token.
    public init(hidden: consuming Tensor, classifier: consuming Tensor, targets: [Int32]) {
        precondition(
            hidden.dimensions.count == 2 && classifier.dimensions.count == 2
                && hidden.dimensions[1] == classifier.dimensions[1]
                && hidden.elementType == classifier.elementType,
            "hidden states \(hidden.dimensions) and classifier \(classifier.dimensions) do not fit together")
        let words = classifier.dimensions[0]
        precondition(
            targets.count == hidden.dimensions[0] && targets.allSatisfy { $0 >= 0 && Int($0) < words },
            "a target for each token, and each of them one of \(words) words")
        self.hidden = hidden
        self.classifier = classifier
        self.targets = targets
    }

    /// Logits near a standard normal, and targets drawn evenly; the same for the same seed.
    public init(for problem: CrossEntropyProblem, seed: UInt64) {
        var hidden = Tensor(problem.elementType, dimensions: [problem.tokens, problem.hiddenSize])
        hidden.fillWithNormals(seed: seed)
        let scale = 1 / Float(problem.hiddenSize).squareRoot()
        for index in 0..<hidden.count { hidden[index] *= scale }
        var classifier = Tensor(problem.elementType, dimensions: [problem.vocabulary, problem.hiddenSize])
        classifier.fillWithNormals(seed: seed ^ 0x776F_7264)
        let words = UInt64(problem.vocabulary)
        self.init(
            hidden: hidden, classifier: classifier,
            targets: (0..<problem.tokens).map {
                Int32(SplitMix64.value(seed: seed ^ 0x6E65_7874, index: UInt64($0)) % words)
            })
    }
}

/// The loss of each token, and what the gradients need of the forward pass: all float32 [tokens].
///
/// The log-sum-exp is kept as two numbers. Their sum in float32 would lose the smaller one where logits are large, and the softmax
/// computed from it would be wrong by the power of what is lost.
public struct TokenLosses: ~Copyable, Sendable {
    public var losses: Tensor
    public var largestLogits: Tensor
    /// log Σ e^(logit − largest logit)
    public var logSums: Tensor

    /// Zeros.
    public init(for problem: CrossEntropyProblem) {
        losses = Tensor(dimensions: [problem.tokens])
        largestLogits = Tensor(dimensions: [problem.tokens])
        logSums = Tensor(dimensions: [problem.tokens])
    }

    static func byteCount(_ problem: CrossEntropyProblem) -> Int { 3 * problem.tokens * MemoryLayout<Float>.size }

    /// The loss of the problem.
    public var mean: Double {
        losses.withFloats { $0.reduce(0) { $0 + Double($1) } / Double($0.count) }
    }

    mutating func set(_ token: Int, _ sum: RowSum, target: Float) {
        let logSum = sum.logarithm
        // The difference of logits comes first: it is exact where they are near each other.
        losses[token] = Float(Double(sum.largest) - Double(target) + logSum)
        largestLogits[token] = sum.largest
        logSums[token] = Float(logSum)
    }
}

/// How much the mean loss changes with each element of H and of W.
public struct CrossEntropyGradients: ~Copyable, Sendable {
    /// dH [tokens, hiddenSize], in the type of H.
    public var hidden: Tensor
    /// dW [vocabulary, hiddenSize], float32.
    public var classifier: Tensor

    /// Zeros.
    public init(for problem: CrossEntropyProblem) {
        hidden = Tensor(problem.elementType, dimensions: [problem.tokens, problem.hiddenSize])
        classifier = Tensor(dimensions: [problem.vocabulary, problem.hiddenSize])
    }
}

extension CrossEntropyGradients {
    /// Makes every element NaN, so that one which is not written is seen.
    public mutating func spoil() {
        hidden.spoil()
        classifier.spoil()
    }
}

/// Where the elements of the inputs lie, whatever their type, and whoever holds them.
public struct CrossEntropyPointers {
    let hidden: ElementMatrix
    let classifier: ElementMatrix
    let targets: UnsafePointer<Int32>

    /// The pointers are good within `body` only.
    static func with(_ inputs: borrowing CrossEntropyInputs, _ body: (CrossEntropyPointers) -> Void) {
        with(hidden: inputs.hidden, classifier: inputs.classifier, inputs.targets, body)
    }

    /// Of a problem in the phase of a loss.
    static func with(_ inputs: borrowing AttentionInputs, _ body: (CrossEntropyPointers) -> Void) {
        with(hidden: inputs.query, classifier: inputs.key, inputs.targets, body)
    }

    private static func with(
        hidden: borrowing Tensor, classifier: borrowing Tensor, _ targets: [Int32],
        _ body: (CrossEntropyPointers) -> Void
    ) {
        let (type, columns) = (hidden.elementType, hidden.dimensions.last!)
        hidden.withBytes { hidden in
            classifier.withBytes { classifier in
                targets.withUnsafeBufferPointer {
                    body(
                        CrossEntropyPointers(
                            hidden: ElementMatrix(
                                elements: hidden.baseAddress!, elementType: type, columns: columns),
                            classifier: ElementMatrix(
                                elements: classifier.baseAddress!, elementType: type, columns: columns),
                            targets: $0.baseAddress!))
                }
            }
        }
    }
}

/// Where both gradients are written.
public struct GradientPlaces {
    /// dH [tokens][hiddenSize]
    let hidden: UnsafeMutableRawPointer
    let hiddenType: ElementType
    /// dW [vocabulary][hiddenSize]
    let classifier: UnsafeMutablePointer<Float>

    /// The places are good within `body` only.
    static func with(_ gradients: inout CrossEntropyGradients, _ body: (GradientPlaces) -> Void) {
        let type = gradients.hidden.elementType
        gradients.hidden.withMutableBytes { hidden in
            gradients.classifier.withMutableFloats { classifier in
                body(
                    GradientPlaces(
                        hidden: hidden.baseAddress!, hiddenType: type, classifier: classifier.baseAddress!))
            }
        }
    }
}
