import Attention
import COpenBLAS
import Hardware

/// Linear attention of a prompt: o_t = scale · Σ_{j ≤ t} (q_t · k_j) v_j, in chunks of c tokens.
///
/// Written as a recurrence it has no matrix products, and each token waits for the one before. So the sum over earlier chunks is
/// taken from a state S = Σ k_jᵀ v_j of d × d elements, and that within a chunk is computed as attention without softmax
/// (Hua et al. 2022, "Transformer Quality in Linear Time"; Yang et al. 2024, "Gated Linear Attention"). For each chunk:
///
///     O  = scale · Q · S              2·c·d²
///     P  = scale · Q · Kᵀ             2·c²·d, of which a causal mask keeps half
///     O += P · V                      2·c²·d
///     S += Kᵀ · V                     2·c·d²
///
/// All four are products of OpenBLAS, on float32; elements of 16 bits are widened into the worker's own memory. Longer chunks give
/// larger products and more pairs that the state would have replaced. A chunk has d / 2 tokens, so that what they add is half of
/// the work at any size of a head. It is not left to the machine, since two builds would then compute other numbers of pairs. The state is
/// the same for all query heads of a group, which one worker computes one after the other: chunks of one head depend on
/// each other, so that more threads than heads gain nothing. Rejected: states of parts of the text that are added up afterwards,
/// which goes through the keys twice.
///
/// A row that is not finite is computed again in Double (`WideRow`), from its definition: the state may overflow where a sum
/// does not, and 0 · ∞ is NaN. A state whose elements are below 10⁻³⁸ is lost, and no row says so.
final class LinearAttention: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let workers: [LinearWorker]

    init(for problem: AttentionProblem, on team: WorkerTeam, chunk: Int) throws(UnsupportedProblem) {
        try LinearWorker.requireState(of: problem)
        openblas_set_num_threads(1)
        (self.problem, self.team) = (problem, team)
        workers = (0..<team.threadCount).map { _ in LinearWorker(for: problem, chunk: chunk) }
    }

    /// States, and the pairs within chunks: see `Weighting`.
    static func computedPairs(for problem: AttentionProblem, chunk: Int) -> Int {
        let (shape, chunks) = (problem.shape, LinearChunks(problem, chunk: chunk))
        let states = shape.queryHeads * shape.queryLength + shape.keyValueHeads * shape.keyLength
        let halves = 2 * shape.queryHeads * chunks.pairs + shape.headDimension * states
        return (shape.batch * halves + 1) / 2
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

/// The chunks of a text. Queries stand at its end, so that the first chunks may have none.
struct LinearChunks {
    private let keyLength: Int
    private let firstPosition: Int
    /// Tokens of all chunks but the last.
    let size: Int

    init(_ problem: AttentionProblem, chunk: Int) {
        (keyLength, firstPosition) = (problem.shape.keyLength, problem.shape.firstPosition)
        size = Self.size(problem, chunk: chunk)
    }

    /// Half as many tokens as a head has elements.
    static func usual(_ problem: AttentionProblem) -> Int { max(16, min(problem.shape.headDimension / 2, 256)) }

    /// No longer than the text.
    static func size(_ problem: AttentionProblem, chunk: Int) -> Int { min(chunk, problem.shape.keyLength) }

    var count: Int { (keyLength + size - 1) / size }

    /// Keys of a chunk, and the rows of its queries.
    subscript(_ index: Int) -> (keys: Range<Int>, queries: Range<Int>) {
        let keys = index * size..<min((index + 1) * size, keyLength)
        let queries = max(keys.lowerBound, firstPosition)..<max(keys.upperBound, firstPosition)
        return (keys, queries.lowerBound - firstPosition..<queries.upperBound - firstPosition)
    }

    /// Of one query head: all pairs of a query and a key of one chunk, those too that are masked.
    var pairs: Int {
        func pairs(_ index: Int) -> Int { self[index].keys.count * self[index].queries.count }
        let (first, last) = (firstPosition / size, count - 1)
        return first == last ? pairs(first) : pairs(first) + (last - first - 1) * size * size + pairs(last)
    }
}

extension Kernel {
    public static let linear = linear(chunk: nil)

    /// - Parameter chunk: tokens; nil for as many as go with the size of a head.
    static func linear(chunk: Int?) -> Kernel {
        Kernel(
            "linear",
            summary: "causal, scores are the weights; a state of d × d, OpenBLAS products on chunks of tokens",
            masks: .causal, weighting: .linear,
            computedPairs: { LinearAttention.computedPairs(for: $0, chunk: chunk ?? LinearChunks.usual($0)) },
            scratchBytes: {
                LinearAttention.scratchBytes(for: $0, threads: $1, chunk: chunk ?? LinearChunks.usual($0))
            },
            make: { problem, team throws(UnsupportedProblem) in
                try LinearAttention(for: problem, on: team, chunk: chunk ?? LinearChunks.usual(problem))
            })
    }
}
