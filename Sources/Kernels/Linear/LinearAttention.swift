import Attention
import Hardware

/// Linear attention of a prompt, in chunks of c tokens.
///
/// Written as a recurrence it has no matrix products, and each token waits for the one before. So the sum over earlier chunks is
/// taken from a state S of d × d elements, and that within a chunk is computed as attention without softmax
/// (Hua et al. 2022, "Transformer Quality in Linear Time"; Yang et al. 2024, "Gated Linear Attention"). With U = V, for each chunk:
///
///     O  = Q · S                      2·c·d²
///     P  = Q · Kᵀ, masked             c²·d
///     O += P · U                      c²·d
///     S += Kᵀ · U                     2·c·d²
///
/// The delta rule writes other values than V: u_t = β_t (v_t − what the state before token t holds for its key). Within a chunk that state is
/// γ_t S + Σ_{j < t} (γ_t / γ_j) k_jᵀ u_j, where γ_t is the product of the decays from the chunk's first token on. So U is the solution
/// of a system of equations with a triangle of ones on its diagonal (Yang et al. 2024, "Parallelizing Linear Transformers with the Delta Rule"):
///
///     L_tj = β_t (γ_t / γ_j) (k_t · k_j)  for j < t              c²·d
///     (1 + L) U = β V − β γ K · S                               2·c·d² and c²·d
///
/// It is solved for U, from the first token on. Rejected: the two matrices W and T of the paper, by which chunks are made ready side by side: they
/// take more products, and one core gains nothing by it. P, U and S are then weighted with the decays. Queries and keys are divided by
/// their lengths not as rows but as factors of L, P and the outputs, so that nothing is copied.
///
/// Longer chunks give larger products, and more pairs that the state would have replaced. A chunk has d / 4 tokens, and 32 at least, so that at
/// d = 128 they add a sixth to linear attention and a fifth to the delta rule. It is not left to the machine, since two builds would then compute other numbers of pairs.
/// The state is the same for all query heads of a group, which one worker computes one after the other: chunks of one head depend on
/// each other, so that more threads than heads gain nothing. Rejected: states of parts of the text that are added up afterwards,
/// which goes through the keys twice; products of OpenBLAS, which reached half the peak on matrices as small as these, and computed the
/// masked half of P too.
///
/// A row that is not finite is computed again in Double (`WideRow`), from its definition: the state may overflow where a sum
/// does not, and 0 · ∞ is NaN. A state whose elements are below 10⁻³⁸ is lost, and no row says so.
final class LinearAttention: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let workers: [LinearWorker]

    init(for problem: AttentionProblem, on team: WorkerTeam, chunk: Int) throws(UnsupportedProblem) {
        try LinearWorker.requireState(of: problem)
        (self.problem, self.team) = (problem, team)
        workers = (0..<team.threadCount).map { _ in LinearWorker(for: problem, chunk: chunk) }
    }

    /// States, and the pairs within chunks: see `Weighting`.
    static func computedPairs(for problem: AttentionProblem, chunk: Int) -> Int {
        (problem.shape.batch * LinearChunks(problem, chunk: chunk).halfPairs + 1) / 2
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int, chunk: Int) -> Int {
        threads * LinearWorker.byteCount(problem, chunk: chunk)
    }

    var countedPairs: Int { (workers.reduce(0) { $0 + $1.computedHalfPairs } + 1) / 2 }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let (workers, shape) = (workers, problem.shape)
        for worker in workers { worker.computedHalfPairs = 0 }
        TensorPointers.with(inputs, &output) {
            nonisolated(unsafe) let tensors = $0
            team.forEach(count: shape.batch * shape.keyValueHeads) { worker, group in
                workers[worker].attend(group: group, tensors)
            }
        }
    }
}

extension Kernel {
    public static let linear = linear(chunk: nil)

    /// - Parameter chunk: tokens; nil for as many as go with the size of a head.
    static func linear(chunk: Int?) -> Kernel {
        inChunks(
            "linear", .linear,
            summary: "causal, scores are the weights; a state of d × d, products on chunks of tokens",
            chunk: chunk)
    }

    public static let gatedDelta = gatedDelta(chunk: nil)

    static func gatedDelta(chunk: Int?) -> Kernel {
        inChunks(
            "gated-delta", .gatedDelta,
            summary:
                "causal, a state of d × d that fades and corrects itself; products on chunks (Qwen3-Next's layers)",
            chunk: chunk)
    }

    private static func inChunks(_ name: String, _ weighting: Weighting, summary: String, chunk: Int?) -> Kernel {
        Kernel(
            name, summary: summary, masks: .causal, weighting: weighting,
            computedPairs: { LinearAttention.computedPairs(for: $0, chunk: chunk ?? LinearChunks.usual($0)) },
            scratchBytes: {
                LinearAttention.scratchBytes(for: $0, threads: $1, chunk: chunk ?? LinearChunks.usual($0))
            },
            make: { problem, team throws(UnsupportedProblem) in
                try LinearAttention(for: problem, on: team, chunk: chunk ?? LinearChunks.usual(problem))
            })
    }
}
