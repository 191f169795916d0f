import Attention
import Foundation

extension CrossEntropyInputs {
    /// Predictions with the spectrum of a trained model's: most weight on few words, and a long tail of rare ones. Random inputs
    /// would show neither, and a filter could leave out everything.
    ///
    /// The logit of word v is, for a token whose next word is t:
    ///
    ///     −log(v + 2.7)                        words are in the order of their frequency, which follows Zipf
    ///     + 2.5 · a number near a normal       what the context says of each word
    ///     + 10 where v = t                     what the model has learned
    ///
    /// Next words are drawn by frequency. All of it is planted in H and W: the first column of W is the logarithm of the frequency,
    /// the others are normals; the row of H has the next word's own row in it.
    public static func planted(for problem: CrossEntropyProblem, seed: UInt64) -> CrossEntropyInputs {
        let size = problem.hiddenSize
        let targets = (0..<problem.tokens).map { word(token: $0, of: problem.vocabulary, seed: seed) }
        var classifier = Tensor(problem.elementType, dimensions: [problem.vocabulary, size])
        if problem.elementType == .float32 {
            // Most of the time of making inputs goes here: as many elements as V × D.
            classifier.withMutableFloats { elements in
                for word in 0..<problem.vocabulary {
                    forEachElement(ofWord: word, size: size, seed) { elements[$0] = $1 }
                }
            }
        } else {
            for word in 0..<problem.vocabulary {
                forEachElement(ofWord: word, size: size, seed) { classifier[$0] = $1 }
            }
        }
        var hidden = Tensor(problem.elementType, dimensions: [problem.tokens, size])
        for (token, target) in targets.enumerated() {
            hidden[token * size] = 1
            for x in 1..<max(1, size) {
                let noise = NormalElements.element(seed: seed, index: token * size + x)
                hidden[token * size + x] =
                    learned / Float(size) * classifier[Int(target) * size + x] + spread / Float(size).squareRoot()
                    * noise
            }
        }
        return CrossEntropyInputs(hidden: hidden, classifier: classifier, targets: targets)
    }

    /// Of the classifier's row of a word. No word repeats another: a learned word would then be several.
    @inline(__always)
    private static func forEachElement(
        ofWord word: Int, size: Int, _ seed: UInt64, _ body: (_ place: Int, _ element: Float) -> Void
    ) {
        body(word * size, -log(Float(word) + offset))
        for x in 1..<max(1, size) {
            body(word * size + x, NormalElements.element(seed: seed ^ 0x776F_7264, index: word * size + x))
        }
    }

    /// Mandelbrot's, in Zipf's law for words.
    private static let offset: Float = 2.7
    private static let spread: Float = 2.5
    private static let learned: Float = 10

    /// Drawn with a probability near 1 / (v + 2.7): the logarithm of v + 2.7 is uniform.
    private static func word(token: Int, of words: Int, seed: UInt64) -> Int32 {
        let uniform = Float(SplitMix64.value(seed: seed ^ 0x6E65_7874, index: UInt64(token)) >> 40) * 0x1p-24
        let drawn = offset * pow((Float(words) + offset) / offset, uniform) - offset
        return Int32(min(words - 1, max(0, Int(drawn))))
    }
}

extension AttentionInputs {
    /// The same, of a problem in the phase of a loss.
    ///
    /// - Precondition: the problem is one.
    public static func predictions(for problem: AttentionProblem, seed: UInt64) -> AttentionInputs {
        guard let loss = problem.crossEntropy else { preconditionFailure("\(problem) is no loss") }
        return CrossEntropyInputs.planted(for: loss, seed: seed).asAttention()
    }
}

extension CrossEntropyInputs {
    fileprivate consuming func asAttention() -> AttentionInputs {
        AttentionInputs(hidden: hidden, classifier: classifier, targets: targets)
    }
}
