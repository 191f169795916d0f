import Attention
import COpenBLAS
import Hardware

/// The product H · Wᵀ alone, by OpenBLAS, for a part of the words at a time: the speed that kernels of a loss are compared with. What
/// it computes is overwritten by the next part. float32.
public final class LogitsProduct {
    private let problem: CrossEntropyProblem
    private let team: WorkerTeam
    /// Of each worker: [tokens][wordStep]
    private var logits: Tensor

    /// Wide enough for OpenBLAS to be near its best.
    private static let wordStep = 4096

    public init(for problem: CrossEntropyProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        try MaterialisedCrossEntropy.requireBLAS(for: problem)
        (self.problem, self.team) = (problem, team)
        logits = Tensor(dimensions: [team.threadCount, problem.tokens, Self.wordStep])
    }

    /// - Precondition: the inputs are of the problem that this instance is for.
    public func run(_ inputs: borrowing CrossEntropyInputs) {
        let (problem, step) = (problem, Self.wordStep)
        nonisolated(unsafe) let logits = logits.withMutableFloats { $0.baseAddress! }
        CrossEntropyPointers.with(inputs) {
            nonisolated(unsafe) let tensors = $0
            let columns = Int32(problem.hiddenSize)
            team.forEach(count: (problem.vocabulary + step - 1) / step) { worker, item in
                let words = item * step..<min((item + 1) * step, problem.vocabulary)
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasTrans, Int32(problem.tokens), Int32(words.count), columns, 1,
                    tensors.hidden.floats(row: 0), columns, tensors.classifier.floats(row: words.lowerBound), columns,
                    0, logits + worker * problem.tokens * step, Int32(step))
            }
        }
    }
}
