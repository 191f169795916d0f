import Attention
import Hardware
import Records

/// One way to compute the loss of a language model's last layer and its gradients, as a value: its name, what it takes, what a
/// call costs, and how to make either pass, or both, ready for one problem.
public struct CrossEntropyKernel: Sendable {
    public let name: String
    /// One line on how it computes.
    public let summary: String
    public let elementTypes: [ElementType]
    /// Products over all pairs of a token and a word that each pass computes, of `CrossEntropyProblem.productFLOPs` each.
    public let products: Products
    /// What its gradients may lack.
    public let filter: GradientFilter
    private let scratchBytes: @Sendable (CrossEntropyProblem, _ threads: Int, CrossEntropyPass) -> Int
    private let makeForward: @Sendable (CrossEntropyProblem, WorkerTeam) throws(UnsupportedProblem) -> any LossInstance
    private let makeBackward:
        @Sendable (CrossEntropyProblem, WorkerTeam) throws(UnsupportedProblem) -> any LossGradientInstance
    /// Whether the backward pass starts from the memory of the forward pass, so that both passes need it once.
    private let keepsSoftmax: Bool

    public struct Products: Sendable, Hashable {
        public let forward: Int
        public let backward: Int

        public subscript(pass: CrossEntropyPass) -> Int { pass == .forward ? forward : backward }
    }

    /// FLOPs of one call.
    public func flops(_ pass: CrossEntropyPass, of problem: CrossEntropyProblem) -> Int {
        products[pass] * problem.productFLOPs
    }

    /// Bytes that an instance allocates beside inputs, losses and gradients, from the sizes alone.
    public func scratchBytes(for problem: CrossEntropyProblem, threads: Int, _ pass: CrossEntropyPass) -> Int {
        scratchBytes(problem, threads, pass)
    }

    /// The same of both passes in one call.
    func stepScratchBytes(for problem: CrossEntropyProblem, threads: Int) -> Int {
        let backward = scratchBytes(problem, threads, .backward) + TokenLosses.byteCount(problem)
        return keepsSoftmax ? backward : backward + scratchBytes(problem, threads, .forward)
    }

    /// Both passes: the backward pass follows the forward pass of the same inputs.
    func prepareStep(
        for problem: CrossEntropyProblem, on team: WorkerTeam
    ) throws(UnsupportedProblem) -> LossStep {
        try requireSupport(of: problem)
        let backward = try makeBackward(problem, team)
        let forward =
            if let kept = backward.forward { kept } else { try makeForward(problem, team) }
        return LossStep(problem, forward, backward)
    }

    public func prepareForward(
        for problem: CrossEntropyProblem, on team: WorkerTeam
    ) throws(UnsupportedProblem) -> any LossInstance {
        try requireSupport(of: problem)
        return try makeForward(problem, team)
    }

    public func prepareBackward(
        for problem: CrossEntropyProblem, on team: WorkerTeam
    ) throws(UnsupportedProblem) -> any LossGradientInstance {
        try requireSupport(of: problem)
        return try makeBackward(problem, team)
    }

    private func requireSupport(of problem: CrossEntropyProblem) throws(UnsupportedProblem) {
        guard elementTypes.contains(problem.elementType) else {
            throw UnsupportedProblem(
                "\(name) takes \(elementTypes.map(\.rawValue).joined(separator: ", ")), not \(problem.elementType)")
        }
    }
}

public enum CrossEntropyPass: String, Sendable, Codable, CaseIterable {
    /// From H and W to the losses.
    case forward
    /// From H, W and what the forward pass saved to the gradients of H and W.
    case backward
}

/// A forward pass that is ready for one problem. `run` neither allocates nor throws, so that it alone can be timed.
public protocol LossInstance: AnyObject {
    func run(_ tensors: CrossEntropyPointers, into losses: inout TokenLosses)
}

extension LossInstance {
    /// - Precondition: inputs and losses are of the problem that this instance is for.
    public func run(_ inputs: borrowing CrossEntropyInputs, into losses: inout TokenLosses) {
        CrossEntropyPointers.with(inputs) { run($0, into: &losses) }
    }
}

/// A backward pass that is ready for one problem.
public protocol LossGradientInstance: AnyObject {
    /// The forward pass in whose memory it finds what it starts from; nil where the losses have all of it. It has to have run over
    /// the same inputs.
    var forward: (any LossInstance)? { get }

    /// - Parameter losses: of the forward pass over the same inputs
    func run(_ tensors: CrossEntropyPointers, _ losses: borrowing TokenLosses, into places: GradientPlaces)

    /// Pairs of a token and a word that the last `run` went through, counted as it went.
    var countedPairs: Int { get }

    /// What a filter did in the last call; nil where there is none.
    var filtered: FilteredGranules? { get }
}

extension LossGradientInstance {
    /// - Parameter losses: of the forward pass over the same inputs
    /// - Precondition: inputs, losses and gradients are of the problem that this instance is for.
    public func run(
        _ inputs: borrowing CrossEntropyInputs, _ losses: borrowing TokenLosses,
        into gradients: inout CrossEntropyGradients
    ) {
        CrossEntropyPointers.with(inputs) { tensors in
            GradientPlaces.with(&gradients) { run(tensors, losses, into: $0) }
        }
    }
}

extension CrossEntropyKernel {
    /// Every kernel of this kind, in the order in which tables show them.
    public static let builtIn = [logits, cut, cutFiltered]

    public static let logits = CrossEntropyKernel(
        name: "cross-entropy-logits",
        summary: "all logits in memory, then their softmax; OpenBLAS products, as in textbooks",
        elementTypes: [.float32], products: Products(forward: 1, backward: 2), filter: .none,
        scratchBytes: { problem, _, _ in MaterialisedCrossEntropy.scratchBytes(for: problem) },
        makeForward: { problem, team throws(UnsupportedProblem) in
            try MaterialisedCrossEntropy(for: problem, on: team)
        },
        makeBackward: { problem, team throws(UnsupportedProblem) in
            MaterialisedCrossEntropyBackward(try MaterialisedCrossEntropy(for: problem, on: team))
        }, keepsSoftmax: true)

    public static let cut = withoutLogits(
        "cross-entropy-cut", summary: "logits of one panel of words at a time; never holds all", .none)

    public static let cutFiltered = withoutLogits(
        "cross-entropy-cut-filtered",
        summary: "as cross-entropy-cut, without gradients of logits below 2⁻¹² (Wijmans et al. 2024)", .bfloat16)

    private static func withoutLogits(
        _ name: String, summary: String, _ filter: GradientFilter
    ) -> CrossEntropyKernel {
        CrossEntropyKernel(
            name: name, summary: summary, elementTypes: ElementType.allCases,
            products: Products(forward: 1, backward: 3), filter: filter,
            scratchBytes: { problem, threads, pass in
                switch pass {
                case .forward: CutCrossEntropy.scratchBytes(for: problem, threads: threads)
                case .backward: CutCrossEntropyBackward.scratchBytes(for: problem, threads: threads)
                }
            },
            makeForward: { problem, team throws(UnsupportedProblem) in CutCrossEntropy(for: problem, on: team) },
            makeBackward: { problem, team throws(UnsupportedProblem) in
                CutCrossEntropyBackward(for: problem, on: team, filter: filter)
            }, keepsSoftmax: false)
    }
}
