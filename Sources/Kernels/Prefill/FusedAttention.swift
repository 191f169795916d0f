import Attention
import Hardware
import Records

/// Attention in one pass over the keys, scores never in memory (FlashAttention, Dao 2022 and 2023), for every mask.
///
/// Lanes are queries. A block of `QueryBlock.width` queries is held transposed, Qᵀ[d][width]. Then, for each tile of
/// keys that any of them sees:
///
///     Sᵀ[keys][width]  = K · Qᵀ                 K in its natural rows
///     Pᵀ               = e^(scale · (Sᵀ − running max))   element-wise, OnlineSoftmax
///     Oᵀ[d][width]    += Vᵀ · Pᵀ                V in its natural rows
///
/// and at the end O = Oᵀ / sum. K and V are never packed; only Q on entry and O on exit are transposed. The queries of
/// all heads that share a key/value head fill the lanes of one block (lane = row · groupSize + head of the group), so
/// grouped-query attention reads K and V once a group, and wastes less at the edges of a mask.
///
/// A mask appears in two places only: the key ranges that a block goes over (sinks, then the band that is the union of
/// its lanes' bands) and, on the keys that only some lanes see, a select against each lane's own bounds. Tiles that the
/// mask excludes are not computed.
///
/// What differs by element type (`FusedElement`) is what a word of K, V and Q is, and how outputs are rounded: sums and
/// softmax are float32 in all.
///
/// Tile sizes come from `Tuning`: 144 keys hold K or V's tile (d = 128: 72 KiB) in L2 and Pᵀ (18 KiB) with Qᵀ in L1. Where
/// keys are many, several blocks share their way through them (`SharedPasses`).
final class FusedAttention: LogSumExpInstance {
    private let team: WorkerTeam
    private let passes: SharedPasses
    private let engine: FusedEngine

    convenience init(
        for problem: AttentionProblem, on team: WorkerTeam, _ form: FusedForm = FusedForm()
    ) throws(UnsupportedProblem) {
        try self.init(for: problem, on: team, form.tuning, form.passes(for: problem, threads: team.threadCount))
    }

    init(
        for problem: AttentionProblem, on team: WorkerTeam, _ tuning: Tuning, _ passes: SharedPasses
    ) throws(UnsupportedProblem) {
        guard problem.shape.keyLength < Int(Int32.max) else {
            throw UnsupportedProblem("\(problem.shape.keyLength) keys are more than 2,147,483,646")
        }
        self.team = team
        self.passes = passes
        engine = FusedEngine(
            FusedSize(problem: problem, workers: team.threadCount, blocks: passes.blocksPerItem, tuning: tuning))
    }

    var countedPairs: Int { engine.countedPairs }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        TensorPointers.with(inputs, &output) { engine.run($0, on: team, passes) }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor, logSumExp: inout Tensor) {
        let rows = output.count / output.dimensions.last!
        precondition(
            logSumExp.count == rows, "\(rows) rows have as many log-sum-exps, not \(logSumExp.count)")
        logSumExp.withMutableFloats { sums in
            TensorPointers.with(inputs, &output, logSumExp: sums.baseAddress!) { engine.run($0, on: team, passes) }
        }
    }
}

/// What tells one kernel of `FusedAttention` from another, beside the masks that it is for.
struct FusedForm {
    var coverage = KeyCoverage.visible
    var tuning = Tuning.standard

    func computedPairs(for problem: AttentionProblem) -> Int {
        let blocks = QueryBlocks(problem: problem, coverage: coverage)
        let perGroup = (0..<blocks.countPerGroup).reduce(0) { $0 + blocks.computedPairs(block: $1) }
        return perGroup * blocks.groups
    }

    func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        let blocks = passes(for: problem, threads: threads).blocksPerItem
        return FusedEngine.scratchBytes(FusedSize(problem: problem, workers: threads, blocks: blocks, tuning: tuning))
    }

    fileprivate func passes(for problem: AttentionProblem, threads: Int) -> SharedPasses {
        SharedPasses(QueryBlocks(problem: problem, coverage: coverage), threads: threads, tuning)
    }
}
