import Attention
import Hardware
import Records

/// Attention's gradients as a kernel that is timed. In the backward phase the forward pass is computed before the calls, and
/// its results stay; in the training phase each call computes it, and where nothing is kept each call computes it twice.
final class GradientKernel: KernelInstance {
    private let forward: FusedAttention
    private let backward: FusedBackward
    private let forwardPasses: Int
    private var results: ForwardResults

    init(
        _ phase: Phase, for problem: AttentionProblem, on team: WorkerTeam, _ tuning: Tuning
    ) throws(UnsupportedProblem) {
        forward = try FusedAttention(for: problem, on: team, FusedForm(tuning: tuning))
        backward = try FusedBackward(for: problem, on: team, tuning)
        forwardPasses = phase.forwardPasses
        results = ForwardResults(for: problem)
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int, _ tuning: Tuning) -> Int {
        ForwardResults.byteCount(problem) + FusedForm(tuning: tuning).scratchBytes(for: problem, threads: threads)
            + FusedBackward.scratchBytes(for: problem, threads: threads, tuning)
    }

    /// Of the backward pass. The forward pass goes through the same ones.
    var countedPairs: Int { backward.countedPairs }

    func load(from inputs: borrowing AttentionInputs) {
        if forwardPasses == 0 { results.take(inputs, from: forward) }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        for _ in 0..<forwardPasses { results.take(inputs, from: forward) }
        backward.run(inputs, after: results, into: &output)
    }
}

/// The kernels that give gradients, in all phases that do: each is a name and the masks that it is for.
extension Kernel {
    static let gradients: [Kernel] =
        [Phase.backward, .training].flatMap { phase in
            GradientMask.all.map { fusedGradients(phase, $0) } + [materialisedGradients(phase)]
        } + GradientMask.checkpointed.map { fusedGradients(.checkpointed, $0) }

    /// Masks of which models are trained, named as the forward kernels are.
    struct GradientMask: Sendable {
        let name: String
        let masks: MaskFamily
        let summary: String

        static let full = GradientMask(name: "full", masks: .causal, summary: "causal")
        static let slidingWindow = GradientMask(
            name: "sliding-window", masks: .slidingWindow, summary: "the last w keys")
        /// What computing the forward pass twice costs shows in two of them.
        static let checkpointed = [full, slidingWindow]
        static let all = [
            full, slidingWindow,
            GradientMask(name: "attention-sink", masks: .attentionSink, summary: "the first s keys and the last w"),
            GradientMask(
                name: "chunked-local", masks: .chunkedLocal, summary: "causal within chunks of c that do not overlap"),
            GradientMask(name: "full-bidirectional", masks: .full, summary: "every key"),
            GradientMask(name: "symmetric-window", masks: .symmetricWindow, summary: "w keys on either side"),
        ]
    }

    static func fusedGradients(_ phase: Phase, _ mask: GradientMask, _ tuning: Tuning = .standard) -> Kernel {
        Kernel(
            phase.kernelPrefix + mask.name, summary: "\(result(phase)), \(mask.summary); fused, scores computed again",
            phase: phase, masks: mask.masks, computedPairs: FusedForm().computedPairs,
            scratchBytes: { GradientKernel.scratchBytes(for: $0, threads: $1, tuning) },
            retuned: { fusedGradients(phase, mask, $0) },
            make: { problem, team throws(UnsupportedProblem) in
                try GradientKernel(phase, for: problem, on: team, tuning)
            })
    }

    /// The textbook. Its memory curve is what the fused kernels avoid.
    static func materialisedGradients(_ phase: Phase) -> Kernel {
        Kernel(
            phase.kernelPrefix + "materialised",
            summary: "\(result(phase)), causal; OpenBLAS products, all n × n weights in memory, as in textbooks",
            phase: phase, masks: .causal, elementTypes: [.float32], computedPairs: MaterialisedBackward.computedPairs,
            scratchBytes: MaterialisedBackward.scratchBytes,
            make: { problem, team throws(UnsupportedProblem) in
                try MaterialisedBackward(phase, for: problem, on: team)
            }
        ).variant(of: phase.kernelPrefix + "full")
    }

    private static func result(_ phase: Phase) -> String {
        switch phase.forwardPasses {
        case 0: "the gradients of Q, K and V"
        case 1: "the forward pass, then the gradients of Q, K and V"
        default: "the forward pass, again the forward pass, then the gradients of Q, K and V"
        }
    }
}
