import Faults

/// The last layer of a language model and its loss, which training computes beside attention: for each token the logits of all
/// words of the vocabulary, and how badly their softmax predicts the word that comes next.
///
///     logits = H · Wᵀ,   loss = mean over tokens of (log Σ e^logit − logit of the next word)
public struct CrossEntropyProblem: Hashable, Sendable {
    public let tokens: Int
    public let vocabulary: Int
    /// Elements of a token's row of H, and of a word's row of W.
    public let hiddenSize: Int
    /// Of H, W and the gradient of H.
    public let elementType: ElementType

    public init(
        tokens: Int, vocabulary: Int, hiddenSize: Int, elementType: ElementType = .float32
    ) throws(CrossEntropyProblemError) {
        for (name, value) in [("tokens", tokens), ("vocabulary", vocabulary), ("hiddenSize", hiddenSize)]
        where value < 1 {
            throw .notPositive(name: name, value: value)
        }
        guard vocabulary <= Int(Int32.max) else { throw .vocabulary(vocabulary) }
        let flops = 6 * Double(tokens) * Double(vocabulary) * Double(hiddenSize)
        guard flops <= 0x1p62 else { throw .tooMuchWork(flops: flops) }
        self.tokens = tokens
        self.vocabulary = vocabulary
        self.hiddenSize = hiddenSize
        self.elementType = elementType
    }

    /// A token and a word each.
    public var logits: Int { tokens * vocabulary }

    /// FLOPs of one product over all pairs of a token and a word: the logits, the gradient of H, and the gradient of W are one
    /// each.
    public var productFLOPs: Int { 2 * logits * hiddenSize }

    /// Bytes of H, W and the next words.
    public var inputBytes: Int {
        (tokens + vocabulary) * hiddenSize * elementType.byteCount + tokens * MemoryLayout<Int32>.size
    }

    /// Bytes of both gradients. That of W is float32 in every type, since it is a sum over all tokens.
    public var gradientBytes: Int {
        tokens * hiddenSize * elementType.byteCount + vocabulary * hiddenSize * MemoryLayout<Float>.size
    }
}

public enum CrossEntropyProblemError: Fault, Equatable {
    case notPositive(name: String, value: Int)
    case vocabulary(Int)
    case tooMuchWork(flops: Double)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .notPositive(let name, let value): "\(name) is \(value); it must be at least 1"
        case .vocabulary(let words): "the vocabulary has \(words) words; it may have at most \(Int32.max)"
        case .tooMuchWork(let flops):
            "\(flops) FLOPs are too many to be counted; reduce the tokens, the vocabulary or the hidden size"
        }
    }
}
