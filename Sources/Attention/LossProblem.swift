/// The loss of a language model's last layer as a problem of attention, so that it is counted, swept and compared as attention is.
///
/// Its logits are scores. The hidden state of each token is a query, the classifier's row of each word is a key, and every token sees
/// every word. There are no values. A pair is a token and a word, and what is said of pairs, FLOPs, laws and memory holds for these.
extension AttentionProblem {
    /// Words at most: the number of a word is exact in the float32 in which engines of other programs read targets.
    public static let mostWords = 1 << 24

    /// One head, every key, scores as they are.
    ///
    /// - Throws: `ShapeError` or `ProblemError` where the sizes are too large to be counted.
    public static func loss(_ problem: CrossEntropyProblem) throws -> AttentionProblem {
        try AttentionProblem(
            shape: AttentionShape(
                queryLength: problem.tokens, keyLength: problem.vocabulary, headDimension: problem.hiddenSize),
            mask: .full, elementType: problem.elementType, scale: 1)
    }

    /// The loss that this is a problem of; nil where it is attention.
    public var crossEntropy: CrossEntropyProblem? {
        guard
            let problem = try? CrossEntropyProblem(
                tokens: shape.queryLength, vocabulary: shape.keyLength, hiddenSize: shape.headDimension,
                elementType: elementType),
            shape.keyLength <= Self.mostWords, let own = try? Self.loss(problem), own == self
        else { return nil }
        return problem
    }
}

extension Phase {
    /// Bytes of what a loss reads and writes. `tensorBytes` counts the same tensors one by one.
    public static func lossBytes(tokens: Int, words: Int, hiddenSize: Int, _ elementType: ElementType) -> Int {
        let float = ElementType.float32.byteCount
        return (tokens + words) * hiddenSize * (elementType.byteCount + float) + 2 * tokens * float
    }
}

extension AttentionInputs {
    /// The next words as float32, which other programs read.
    public borrowing func targetNumbers() -> Tensor {
        var numbers = Tensor(dimensions: [targets.count])
        for (token, target) in targets.enumerated() { numbers[token] = Float(target) }
        return numbers
    }

    /// What `targetNumbers` has made of next words; nil where a number is none of so many words.
    public static func targets(from numbers: borrowing Tensor, words: Int) -> [Int32]? {
        var targets: [Int32] = []
        for token in 0..<numbers.count {
            guard let target = Int32(exactly: numbers[token]), target >= 0, Int(target) < words else { return nil }
            targets.append(target)
        }
        return targets
    }
}
