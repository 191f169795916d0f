import Attention

/// What calls of one phase have to give for one problem, by formulas in Double.
public struct Oracle: Sendable {
    /// Which part of an output is compared.
    public enum Rows: Sendable {
        case all
        /// All rows where they are few, else some of them, drawn at random.
        case sampled(seed: UInt64)
    }

    /// Pairs that rows of dQ may cost where not all are compared, and rows of dK and dV as many again. A pair of gradients costs
    /// some eight times what a pair of an output does.
    public static let gradientPairBudget = Accuracy.pairBudget / 8

    private let phase: Phase
    private let problem: AttentionProblem
    private let allowance: Allowance

    /// - Parameter tolerance: the error that is allowed, times that of plain loops in the same element type.
    public init(_ phase: Phase, _ problem: AttentionProblem, tolerance: Double = Accuracy.ownTolerance) {
        self.init(phase, problem, Allowance(tolerance: tolerance))
    }

    public init(_ phase: Phase, _ problem: AttentionProblem, _ allowance: Allowance) {
        self.phase = phase
        self.problem = problem
        self.allowance = allowance
    }

    /// Pairs of a token and a word that it takes to check a sample of a loss, about.
    public static func sampledLossPairs(of problem: AttentionProblem) -> Double {
        LossRows.sampledPairs(of: problem)
    }

    public func expected(for inputs: borrowing AttentionInputs, _ rows: Rows = .all) -> ExpectedOutput {
        switch phase {
        case .prefill, .decode:
            return .attention(ExpectedRows(for: problem, inputs, outputRows(rows), tolerance: allowance.tolerance))
        case .backward, .training, .checkpointed:
            let chosen =
                switch rows {
                case .all: GradientRows.all(of: problem)
                case .sampled(let seed): GradientRows.sampled(of: problem, seed: seed)
                }
            return .gradients(ExpectedGradients(for: problem, inputs, chosen, tolerance: allowance.tolerance))
        case .loss:
            guard let loss = problem.crossEntropy else {
                preconditionFailure("\(problem) is no loss, and no kernel of one takes it")
            }
            var expected: SampledCrossEntropy?
            CrossEntropyPointers.with(inputs) {
                expected = SampledCrossEntropy($0, of: loss, rows, allowance)
            }
            return .loss(expected!)
        }
    }

    /// The same rows, of an output whose inputs nobody holds.
    ///
    /// - Precondition: the phase gives no gradients, which take sums over whole tensors to check.
    public func expected(for inputs: DrawnInputs, _ rows: Rows = .all) -> ExpectedRows {
        precondition(phase.givesOutput, "gradients are compared with the reference over whole tensors")
        return ExpectedRows(for: problem, inputs, outputRows(rows), tolerance: allowance.tolerance)
    }

    private func outputRows(_ rows: Rows) -> [Accuracy.OutputRow] {
        switch rows {
        case .all: Accuracy.allRows(of: problem)
        case .sampled(let seed): Accuracy.sampledRows(of: problem, seed: seed)
        }
    }
}

/// What the output of a call has to be. It is computed once for all outputs that are compared with it, since that takes far
/// longer than a kernel does.
public enum ExpectedOutput: Sendable {
    case attention(ExpectedRows)
    case gradients(ExpectedGradients)
    case loss(SampledCrossEntropy)

    /// - Parameter output: of the problem and the inputs that this is for.
    public func accuracy(of output: borrowing Tensor) -> Accuracy {
        switch self {
        case .attention(let rows): rows.accuracy(of: output)
        case .gradients(let gradients): gradients.accuracy(of: output)
        case .loss(let loss): loss.accuracy(of: output)
        }
    }
}
