import Attention
import Hardware
import Records

/// The gradients of attention, weights never in memory (FlashAttention-2's backward pass, Dao 2023), for every mask.
///
/// The weights are computed again from the scores and the log-sum-exp that the forward pass saved. Some keys stay with
/// one worker while the blocks of queries that see them come by, in their order; of these, tiles go through:
///
///     Sᵀ[keys][width]   = K · Qᵀ
///     Pᵀ                = e^(scale · Sᵀ − logSumExp)
///     dV[keys][d]      += Pᵀ · dO
///     dPᵀ[keys][width]  = V · dOᵀ
///     dSᵀ               = Pᵀ ∘ (dPᵀ − Σ dO ∘ O)
///     dK[keys][d]      += dSᵀ · Q                times scale at the end
///     dQᵀ[d][width]    += Kᵀ · dSᵀ               times scale at the end
///
/// These are five products a pair, 10·d FLOPs. K, V, dK and dV of the resident keys stay in the second-level cache. dQᵀ of all
/// blocks is in memory, and each item adds to it in its turn (`Turns`), so that gradients do not depend on the number of threads. Lanes are
/// the queries of all heads that share a key: dK and dV are sums over the group without further ado.
///
/// Elements of 16 bits are widened to float32 where they are read.
///
/// Rows of gradients in which something is not finite are written again in Double (`WideGradients`), as rows of outputs are in the
/// forward pass. So are all rows that a query has a part in whose log-sum-exp is beyond some 10⁴, where its rounding in float32 would
/// show in the weights (`RowStatistics`).
final class FusedBackward {
    private let team: WorkerTeam
    private let engine: BackwardEngine

    /// Allocates all that a call needs.
    init(
        for problem: AttentionProblem, on team: WorkerTeam, _ tuning: Tuning = .standard
    ) throws(UnsupportedProblem) {
        guard problem.shape.keyLength < Int(Int32.max) else {
            throw UnsupportedProblem("\(problem.shape.keyLength) keys are more than 2,147,483,646")
        }
        self.team = team
        engine = BackwardEngine(BackwardSize(problem: problem, workers: team.threadCount, tuning: tuning))
    }

    /// Bytes that an instance allocates beside the tensors of a call.
    static func scratchBytes(for problem: AttentionProblem, threads: Int, _ tuning: Tuning = .standard) -> Int {
        BackwardEngine.scratchBytes(BackwardSize(problem: problem, workers: threads, tuning: tuning))
    }

    /// Pairs that the last `run` went through; each is in five products.
    var countedPairs: Int { engine.countedPairs }

    /// - Precondition: all tensors are of the problem that this instance is for.
    /// - Parameters:
    ///   - forward: the results of the forward pass over these inputs.
    ///   - gradients: of Q, K and V, one after the other.
    func run(
        _ inputs: borrowing AttentionInputs, after forward: borrowing ForwardResults, into gradients: inout Tensor
    ) {
        let forward = forward.pointers
        BackwardPointers.with(inputs, into: &gradients) { engine.run($0, forward, on: team) }
    }
}

/// The backward pass for each element type; an enum for the reason that `FusedEngine` is one.
enum BackwardEngine: Sendable {
    case float32(TypedBackwardEngine<Float32Rows>)
    case bfloat16(TypedBackwardEngine<BFloat16Rows>)
    case float16(TypedBackwardEngine<Float16Rows>)

    init(_ size: BackwardSize) {
        self =
            switch size.problem.elementType {
            case .float32: .float32(TypedBackwardEngine(size))
            case .bfloat16: .bfloat16(TypedBackwardEngine(size))
            case .float16: .float16(TypedBackwardEngine(size))
            }
    }

    /// The same for all types, since all are widened.
    static func scratchBytes(_ size: BackwardSize) -> Int { TypedBackwardEngine<Float32Rows>.scratchBytes(size) }

    var countedPairs: Int {
        switch self {
        case .float32(let engine): engine.countedPairs
        case .bfloat16(let engine): engine.countedPairs
        case .float16(let engine): engine.countedPairs
        }
    }

    func run(_ tensors: BackwardPointers, _ forward: ForwardPointers, on team: WorkerTeam) {
        switch self {
        case .float32(let engine): engine.run(tensors, forward, on: team)
        case .bfloat16(let engine): engine.run(tensors, forward, on: team)
        case .float16(let engine): engine.run(tensors, forward, on: team)
        }
    }
}

/// What all workers share in one call.
struct BackwardCall {
    let plan: BackwardPlan
    let tensors: BackwardPointers
    /// Of each row of Q.
    let statistics: UnsafePointer<RowStatistics>
    /// Sums dQᵀ of each block.
    let queryGradients: UnsafeMutablePointer<Float>
    /// Of each block: the items that add to its sums.
    let turns: Turns

    /// For rows that float32 is too narrow for.
    var wide: WideGradients {
        WideGradients(problem: plan.blocks.problem, tensors: tensors, statistics: statistics)
    }
}

/// The workers of one element type, and what they share.
final class TypedBackwardEngine<Rows: ElementRows>: @unchecked Sendable {
    private let problem: AttentionProblem
    private let plan: BackwardPlan
    private let workspaces: [BackwardWorkspace<Rows>]
    private let queryGradients: UnsafeMutablePointer<Float>
    private let statistics: UnsafeMutablePointer<RowStatistics>
    private let turns: Turns

    private static var rowsOfAnItem: Int { 1024 }

    init(_ size: BackwardSize) {
        problem = size.problem
        plan = BackwardPlan(for: size.problem, residentKeys: size.residentKeys)
        workspaces = (0..<size.workers).map { _ in BackwardWorkspace(size) }
        queryGradients = .allocate(capacity: plan.blockCount * size.queryGradientFloats)
        statistics = .allocate(capacity: Self.rows(problem))
        turns = Turns(places: plan.blockCount)
    }

    deinit {
        queryGradients.deallocate()
        statistics.deallocate()
    }

    private static func rows(_ problem: AttentionProblem) -> Int {
        problem.shape.batch * problem.shape.queryHeads * problem.shape.queryLength
    }

    static func scratchBytes(_ size: BackwardSize) -> Int {
        let blocks = QueryBlocks(problem: size.problem, coverage: .visible)
        let blockCount = blocks.groups * blocks.countPerGroup
        let floats =
            size.workers * BackwardWorkspace<Rows>.floatCount(size) + blockCount * size.queryGradientFloats
        return floats * MemoryLayout<Float>.size + rows(size.problem) * MemoryLayout<RowStatistics>.stride
            + blockCount * MemoryLayout<Int>.size
    }

    var countedPairs: Int { workspaces.reduce(0) { $0 + $1.countedPairs } }

    func run(_ tensors: BackwardPointers, _ forward: ForwardPointers, on team: WorkerTeam) {
        nonisolated(unsafe) let (forward, statistics) = (forward, statistics)
        nonisolated(unsafe) let call = BackwardCall(
            plan: plan, tensors: tensors, statistics: statistics, queryGradients: queryGradients, turns: turns)
        let (problem, workspaces) = (problem, workspaces)
        for workspace in workspaces { workspace.countedPairs = 0 }
        turns.reset()
        let (rows, step) = (Self.rows(problem), Self.rowsOfAnItem)
        team.forEach(count: (rows + step - 1) / step) { _, item in
            for row in item * step..<min((item + 1) * step, rows) {
                statistics[row] = RowStatistics(ofRow: row, of: problem, call.tensors, forward)
            }
        }
        team.forEach(count: call.plan.items) { worker, item in workspaces[worker].take(item: item, of: call) }
        team.forEach(count: call.plan.blockCount) { worker, place in
            workspaces[worker].writeQueryGradients(place, of: call)
        }
    }
}
