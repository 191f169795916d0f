import Attention
import CVector
import Hardware
import Records

/// One decoding step: the last token's key and value go into the cache, and its query attends over all that is there.
///
/// What bounds it is reading the cache, once: so all query heads of a key/value head share one pass over a tile, tiles
/// are asked for before they are needed, and the keys of one head are cut into ranges (Flash-Decoding) for the threads.
/// For each tile of 64 tokens:
///
///     scores[heads][64]  = queries · keys     tokens are lanes: no sum across lanes
///     weights            = e^(scale · (scores − running max))
///     outputs[heads][d] += weights · values   elements are lanes
///
/// The order of tokens in a cache does not matter to softmax, so a rolling cache is read as it lies. A range ends with
/// its mean output, largest score and sum of weights; the ranges of a head are then combined as one softmax:
/// m = max mᵣ, O = Σ sᵣ Oᵣ / lᵣ, with shares sᵣ = e^(mᵣ − m) lᵣ / Σ e^(mᵣ − m) lᵣ.
///
/// `run` writes the same token at the same place each time, so that every call is the same step.
final class DecodeAttention: LogSumExpInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let plan: DecodePlan
    private let cache: TokenCache
    private let workspaces: [DecodeWorkspace]
    private let partials: DecodePartials
    private let angles: CacheAngles?

    init(
        for problem: AttentionProblem, on team: WorkerTeam, _ tuning: Tuning = .standard
    ) throws(UnsupportedProblem) {
        if problem.positions != .none, let keeper = problem.cacheFormat.keptLatest {
            throw UnsupportedProblem(
                "\(keeper.rawValue) stores its latest tokens in a separate cache, and keys that are rotated as they are read have "
                    + "to be in one cache")
        }
        self.problem = problem
        self.team = team
        let plan = try DecodePlan(problem, tuning)
        let shape = problem.shape
        let cache = try TokenCache(
            problem.cacheFormat, plan.retention, groups: shape.batch * shape.keyValueHeads,
            headDimension: shape.headDimension)
        (self.plan, self.cache) = (plan, cache)
        partials = DecodePartials(problem, ranges: plan.ranges.count)
        let angles =
            problem.positions == .cacheRelativeRotary
            ? CacheAngles(headDimension: shape.headDimension, plan.retention, tokens: shape.keyLength) : nil
        self.angles = angles
        workspaces = (0..<team.threadCount).map { _ in DecodeWorkspace(problem, plan, cache, angles) }
    }

    static func computedPairs(for problem: AttentionProblem) -> Int {
        guard let plan = try? DecodePlan(problem) else { return 0 }
        return problem.shape.batch * problem.shape.queryHeads * plan.computedKeys
    }

    /// The cache, and what workers need beside it.
    static func scratchBytes(
        for problem: AttentionProblem, threads: Int, _ tuning: Tuning
    ) -> Int {
        guard let plan = try? DecodePlan(problem) else { return 0 }
        let shape = problem.shape
        let cache = TokenCache.allocatedBytes(
            problem.cacheFormat, plan.retention, groups: shape.batch * shape.keyValueHeads,
            headDimension: shape.headDimension)
        let angleWords =
            problem.positions == .none ? 0 : CacheAngles.words(headDimension: shape.headDimension, slots: plan.slots)
        return cache + threads * DecodeWorkspaceSize(problem, tuning.bfloat16.decode).byteCount
            + DecodePartials.byteCount(problem, ranges: plan.ranges.count) + angleWords * MemoryLayout<Float>.size
    }

    var countedPairs: Int { workspaces.reduce(0) { $0 + $1.countedPairs } }

    func load(from inputs: borrowing AttentionInputs) {
        cache.removeAll()
        for token in 0..<problem.shape.keyLength - 1 { cache.write(inputs, token: token) }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        cache.write(inputs, token: problem.shape.keyLength - 1)
        TensorPointers.with(inputs, &output) { attend($0) }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor, logSumExp: inout Tensor) {
        let heads = problem.shape.batch * problem.shape.queryHeads
        precondition(logSumExp.count == heads, "\(heads) heads have as many log-sum-exps, not \(logSumExp.count)")
        cache.write(inputs, token: problem.shape.keyLength - 1)
        logSumExp.withMutableFloats { sums in
            TensorPointers.with(inputs, &output, logSumExp: sums.baseAddress!) { attend($0) }
        }
    }

    private func attend(_ pointers: TensorPointers) {
        nonisolated(unsafe) let tensors = pointers
        let (plan, workspaces, partials) = (plan, workspaces, partials)
        let shape = problem.shape
        for workspace in workspaces { workspace.countedPairs = 0 }
        team.forEach(count: shape.batch * shape.keyValueHeads * plan.ranges.count) { worker, item in
            let (group, range) = item.quotientAndRemainder(dividingBy: plan.ranges.count)
            workspaces[worker].attend(group: group, range: range, tensors.query, into: partials)
        }
        team.forEach(count: shape.batch * shape.queryHeads) { _, head in
            partials.combine(head: head, into: tensors)
        }
    }
}
