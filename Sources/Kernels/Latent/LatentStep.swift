import Attention
import CVector
import Hardware
import Records

/// One decoding step of multi-head latent attention, absorbed: all query heads against one row a token, of which a part is the value
/// (`LatentValues`).
///
/// Each row is read once for all heads: 128 heads of 576 elements take 278,528 FLOPs for the 1,152 bytes of a row in bfloat16. So
/// arithmetic is the limit, where for other steps it is memory, and the step is computed as prompts are. Lanes are heads, in blocks
/// of `QueryBlock.width`. For each tile of rows, and then for each block of heads:
///
///     Sᵀ[rows][width]  = rows · Qᵀ
///     Pᵀ               = e^(scale · (Sᵀ − running max))       OnlineSoftmax
///     Oᵀ[m][width]    += (first m elements of rows)ᵀ · Pᵀ
///
/// What a product needs of a tile beside the rows themselves, such as float32 copies of 16-bit elements, is made once for all heads
/// (`LatentElement`). Threads share the rows as they do in other decoding steps: each range of rows is a softmax of its own, and the
/// cut depends on the sizes alone (`DecodePlan`, `DecodePartials`), so that the same problem gives the same bits on any number of threads.
///
/// Fewer heads than lanes leave the others idle, at the cost of a full block.
final class LatentStep: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let plan: LatentPlan
    private let cache: LatentCache
    private let queries: LatentQueries
    private let workers: [LatentWorker]
    private let partials: DecodePartials

    init(for problem: AttentionProblem, on team: WorkerTeam, _ tuning: Tuning) throws(UnsupportedProblem) {
        (self.problem, self.team) = (problem, team)
        let plan = try LatentPlan(problem, tuning)
        let (cache, queries) = (LatentCache(plan), LatentQueries(plan))
        (self.plan, self.cache, self.queries) = (plan, cache, queries)
        workers = (0..<team.threadCount).map { _ in LatentWorker(plan, cache, queries) }
        partials = DecodePartials(problem, ranges: plan.ranges.count)
    }

    static func computedPairs(for problem: AttentionProblem) -> Int {
        guard let plan = try? LatentPlan(problem, .standard) else { return 0 }
        return problem.shape.batch * plan.blocks * QueryBlock.width * problem.shape.keyLength
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int, _ tuning: Tuning) -> Int {
        guard let plan = try? LatentPlan(problem, tuning) else { return 0 }
        let floats = LatentQueries.floatCount(plan) + threads * LatentWorker.floatCount(plan)
        return LatentCache.byteCount(plan) + floats * MemoryLayout<Float>.size
            + DecodePartials.byteCount(problem, ranges: plan.ranges.count)
    }

    var countedPairs: Int { workers.reduce(0) { $0 + $1.countedPairs } }

    func load(from inputs: borrowing AttentionInputs) {
        cache.removeAll()
        for token in 0..<problem.shape.keyLength - 1 { cache.write(inputs, token: token) }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        cache.write(inputs, token: problem.shape.keyLength - 1)
        let (shape, plan, queries, workers, partials) = (problem.shape, plan, queries, workers, partials)
        for worker in workers { worker.resetCount() }
        TensorPointers.with(inputs, &output) {
            nonisolated(unsafe) let tensors = $0
            team.forEach(count: shape.batch * plan.blocks) { _, item in queries.take(item, from: tensors.query) }
            team.forEach(count: shape.batch * plan.ranges.count) { worker, item in
                let (batch, range) = item.quotientAndRemainder(dividingBy: plan.ranges.count)
                workers[worker].attend(LatentItem(batch: batch, range: range), tensors.query, into: partials)
            }
            team.forEach(count: shape.batch * shape.queryHeads) { _, head in
                partials.combine(head: head, into: tensors)
            }
        }
    }
}

/// How a step over latents is cut, and the sizes that follow from it.
struct LatentPlan {
    let problem: AttentionProblem
    let tuning: Tuning
    /// Of query heads.
    let blocks: Int
    /// Rows that are one softmax.
    let ranges: [Range<Int>]

    init(_ problem: AttentionProblem, _ tuning: Tuning) throws(UnsupportedProblem) {
        (self.problem, self.tuning) = (problem, tuning)
        let (shape, tokens) = (problem.shape, CacheTileLayout.tokens)
        blocks = (shape.queryHeads + QueryBlock.width - 1) / QueryBlock.width
        ranges = try DecodePlan(problem).ranges.map {
            $0.tiles.lowerBound * tokens..<min($0.tiles.upperBound * tokens, shape.keyLength)
        }
    }

    /// Rows that go through scores, softmax and values together: a tile is read by each block of heads, so it has to stay in the
    /// second-level cache beside what a block needs, and each tile costs a block a pass over its outputs.
    var rowTile: Int { 128 }

    /// Elements of a row, and of a value.
    var d: Int { problem.shape.headDimension }
    var m: Int { problem.valueDimension }

    /// Whether products are of pairs of bfloat16, by the CPU's own instruction.
    var multipliesPairs: Bool { problem.elementType == .bfloat16 && tuning.bfloat16.prefill == .dot }

    /// Bytes from one row to the next, in the cache and in copies of its tiles. An odd number of lines, so that the neighbouring rows'
    /// elements of one column do not fall into a few sets of a first-level cache.
    static func stride(ofBytes count: Int) -> Int { ((count + 63) / 64 | 1) * 64 }

    var rowBytes: Int { Self.stride(ofBytes: d * problem.elementType.byteCount) }

    /// Steps of a score.
    var steps: Int { multipliesPairs ? (d + 1) / 2 : d }
}

extension Kernel {
    public static let decodeLatent = latent(.standard)

    private static func latent(_ tuning: Tuning) -> Kernel {
        Kernel(
            "decode-latent",
            summary:
                "one token of all heads against one row a token, whose first elements are the value (DeepSeek's latent attention)",
            phase: .decode, masks: .causal, readsLatents: true, computedPairs: LatentStep.computedPairs,
            scratchBytes: { LatentStep.scratchBytes(for: $0, threads: $1, tuning) }, retuned: latent,
            make: { problem, team throws(UnsupportedProblem) in
                try LatentStep(for: problem, on: team, tuning)
            })
    }
}
