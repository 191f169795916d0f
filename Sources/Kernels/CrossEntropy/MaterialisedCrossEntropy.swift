import Attention
import CVector
import COpenBLAS
import Hardware

/// The loss of a language model's last layer as textbooks have it: all logits, then their softmax in the same place, which the
/// backward pass starts from. OpenBLAS products, float32.
///
/// Its memory, tokens times words, is what `CutCrossEntropy` avoids, at the cost of a fourth product.
public final class MaterialisedCrossEntropy: LossInstance {
    private let problem: CrossEntropyProblem
    private let team: WorkerTeam
    /// [tokens][vocabulary]: logits, then the softmax of each row.
    private var weights: Tensor
    /// Of each token: what its softmax divided by, its next word's logit, and that word's softmax.
    private let sums: UnsafeMutablePointer<RowSum>
    private let targetLogits: UnsafeMutablePointer<Float>
    private let targetWeights: UnsafeMutablePointer<Float>

    /// Tokens, and words, of one item of work: wide enough for OpenBLAS to be near its best.
    private static let tokenStep = 256
    private static let wordStep = 1024

    public init(for problem: CrossEntropyProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        try Self.requireBLAS(for: problem)
        (self.problem, self.team) = (problem, team)
        weights = Tensor(dimensions: [problem.tokens, problem.vocabulary])
        sums = .allocate(capacity: problem.tokens)
        targetLogits = .allocate(capacity: problem.tokens)
        targetWeights = .allocate(capacity: problem.tokens)
    }

    /// Makes OpenBLAS ready for problems that it can compute.
    static func requireBLAS(for problem: CrossEntropyProblem) throws(UnsupportedProblem) {
        guard problem.elementType == .float32 else {
            throw UnsupportedProblem("OpenBLAS multiplies float32, not \(problem.elementType)")
        }
        guard max(problem.tokens, problem.hiddenSize) < Int(Int32.max) else {
            throw UnsupportedProblem(
                "\(problem.tokens) tokens of \(problem.hiddenSize) elements are more than OpenBLAS can index")
        }
        openblas_set_num_threads(1)
    }

    deinit {
        sums.deallocate()
        targetLogits.deallocate()
        targetWeights.deallocate()
    }

    /// All logits, and four numbers for each token.
    public static func scratchBytes(for problem: CrossEntropyProblem) -> Int {
        (problem.logits + 4 * problem.tokens) * MemoryLayout<Float>.size
    }

    /// The losses, and the softmax, which stays.
    public func run(_ tensors: CrossEntropyPointers, into losses: inout TokenLosses) {
        let (problem, step) = (problem, Self.tokenStep)
        let (words, columns) = (problem.vocabulary, problem.hiddenSize)
        weights.withMutableFloats { weights in
            nonisolated(unsafe) let (weights, tensors) = (weights.baseAddress!, tensors)
            nonisolated(unsafe) let (sums, targetLogits) = (sums, targetLogits)
            team.forEach(count: (problem.tokens + step - 1) / step) { _, item in
                let tokens = item * step..<min((item + 1) * step, problem.tokens)
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasTrans, Int32(tokens.count), Int32(words), Int32(columns), 1,
                    tensors.hidden.floats(row: tokens.lowerBound), Int32(columns),
                    tensors.classifier.floats(row: 0), Int32(columns), 0, weights + tokens.lowerBound * words,
                    Int32(words))
                for token in tokens {
                    let row = weights + token * words
                    targetLogits[token] = row[Int(tensors.targets[token])]
                    sums[token] = softmaxRow(
                        row, columns: words, visible: VisibleColumns(sinks: 0..<0, band: 0..<words), scale: 1)
                }
            }
        }
        for token in 0..<problem.tokens { losses.set(token, sums[token], target: targetLogits[token]) }
    }

    /// Of the inputs whose softmax is kept.
    ///
    /// - Returns: the pairs of a token and a word that it went through.
    func differentiate(_ tensors: CrossEntropyPointers, into places: GradientPlaces) -> Int {
        changeTargets(tensors.targets) { [targetWeights] token, weight in
            targetWeights[token] = weight
            return weight - 1
        }
        weights.withFloats { weights in
            multiply(
                MaterialisedProducts(
                    problem: problem, tensors: tensors, gradients: weights.baseAddress!,
                    hidden: places.hidden.assumingMemoryBound(to: Float.self), classifier: places.classifier))
        }
        // As they were: another call may follow.
        changeTargets(tensors.targets) { [targetWeights] token, _ in targetWeights[token] }
        return problem.logits
    }

    private func changeTargets(
        _ targets: UnsafePointer<Int32>, _ change: (_ token: Int, _ weight: Float) -> Float
    ) {
        weights.withMutableFloats { weights in
            for token in 0..<problem.tokens {
                let place = token * problem.vocabulary + Int(targets[token])
                weights[place] = change(token, weights[place])
            }
        }
    }

    private func multiply(_ products: MaterialisedProducts) {
        nonisolated(unsafe) let products = products
        let (problem, tokenStep, wordStep) = (problem, Self.tokenStep, Self.wordStep)
        let tokenItems = (problem.tokens + tokenStep - 1) / tokenStep
        let wordItems = (problem.vocabulary + wordStep - 1) / wordStep
        team.forEach(count: tokenItems + wordItems) { _, item in
            if item < tokenItems {
                products.multiplyHidden(item * tokenStep..<min((item + 1) * tokenStep, problem.tokens))
            } else {
                let first = (item - tokenItems) * wordStep
                products.multiplyClassifier(first..<min(first + wordStep, problem.vocabulary))
            }
        }
    }
}

/// The backward pass, which starts from the softmax that its forward pass leaves behind.
final class MaterialisedCrossEntropyBackward: LossGradientInstance {
    private let kept: MaterialisedCrossEntropy
    private(set) var countedPairs = 0

    init(_ kept: MaterialisedCrossEntropy) { self.kept = kept }

    var forward: (any LossInstance)? { kept }

    func run(_ tensors: CrossEntropyPointers, _ losses: borrowing TokenLosses, into places: GradientPlaces) {
        countedPairs = kept.differentiate(tensors, into: places)
    }

    var filtered: FilteredGranules? { nil }
}

/// The two products of the backward pass.
private struct MaterialisedProducts {
    let problem: CrossEntropyProblem
    let tensors: CrossEntropyPointers
    /// Of the logits, for the loss of each row's token [tokens][vocabulary].
    let gradients: UnsafePointer<Float>
    let hidden: UnsafeMutablePointer<Float>
    let classifier: UnsafeMutablePointer<Float>

    private var factor: Float { 1 / Float(problem.tokens) }

    /// dH = G · W / tokens, of some tokens.
    func multiplyHidden(_ tokens: Range<Int>) {
        let (words, columns) = (problem.vocabulary, problem.hiddenSize)
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(tokens.count), Int32(columns), Int32(words), factor,
            gradients + tokens.lowerBound * words, Int32(words), tensors.classifier.floats(row: 0), Int32(columns), 0,
            hidden + tokens.lowerBound * columns, Int32(columns))
    }

    /// dW = Gᵀ · H / tokens, of some words.
    func multiplyClassifier(_ words: Range<Int>) {
        let columns = problem.hiddenSize
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(words.count), Int32(columns), Int32(problem.tokens), factor,
            gradients + words.lowerBound, Int32(problem.vocabulary), tensors.hidden.floats(row: 0), Int32(columns), 0,
            classifier + words.lowerBound * columns, Int32(columns))
    }
}

extension ElementMatrix {
    /// - Precondition: the elements are float32.
    func floats(row: Int) -> UnsafePointer<Float> {
        elements.assumingMemoryBound(to: Float.self) + row * columns
    }
}
