import Attention
import Hardware

/// Attention of each query to the blocks of keys that it selects (`BlockSelection`).
///
/// First each block's mean, once; then for each block of queries the products with all earlier means, the choice, and attention within
/// the queries' own blocks, which is that of chunks. Then, block of keys by block of keys, the queries that have chosen it are put together
/// as the lanes of tiles, and attended as `FusedAttention` does it; their sums lie in rows of float32 in the meantime, from which a tile gathers
/// them and to which it scatters them. So a block of keys is read once for all queries that have chosen it, and not once for each of them.
///
/// Gathering and scattering move 3·d numbers for each query and block, beside 4·d·B operations. Rejected: each query over its own blocks, one
/// after the other, which has no tile, and multiplies one vector with matrices.
///
/// The state of all queries of an item is held, n·d / 8 numbers a worker: items of fewer queries leave tiles empty (`TopBlocksPlan`).
/// bfloat16 is widened to float32, also where the CPU has a product for it.
final class TopBlocksAttention: KernelInstance {
    private let team: WorkerTeam
    private let means: BlockMeans
    private let engine: TopBlocksEngine

    init(for problem: AttentionProblem, on team: WorkerTeam, _ form: FusedForm) throws(UnsupportedProblem) {
        guard problem.shape.keyLength < Int(Int32.max) else {
            throw UnsupportedProblem("\(problem.shape.keyLength) keys are more than 2,147,483,646")
        }
        self.team = team
        means = BlockMeans(for: problem)
        engine = TopBlocksEngine(problem, means, workers: team.threadCount, form)
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int, _ form: FusedForm) -> Int {
        BlockMeans.byteCount(problem) + threads * TopBlocksEngine.workerBytes(problem, workers: threads, form)
    }

    var countedPairs: Int { engine.countedPairs }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        TensorPointers.with(inputs, &output) {
            means.prepare(from: $0.key, on: team)
            engine.run($0, on: team)
        }
    }
}

/// The workers for each element type: an enum for the reason that `FusedEngine` gives.
private enum TopBlocksEngine {
    case float32(TypedTopBlocks<Float32Element>)
    case bfloat16(TypedTopBlocks<WidenedElement<BFloat16Rows>>)
    case float16(TypedTopBlocks<WidenedElement<Float16Rows>>)

    init(_ problem: AttentionProblem, _ means: BlockMeans, workers: Int, _ form: FusedForm) {
        let plan = TopBlocksPlan(problem, threads: workers)
        let size = TopBlocksSize(plan, workers: workers, form)
        self =
            switch problem.elementType {
            case .float32: .float32(TypedTopBlocks(plan, size, means))
            case .bfloat16: .bfloat16(TypedTopBlocks(plan, size, means))
            case .float16: .float16(TypedTopBlocks(plan, size, means))
            }
    }

    static func workerBytes(_ problem: AttentionProblem, workers: Int, _ form: FusedForm) -> Int {
        let size = TopBlocksSize(TopBlocksPlan(problem, threads: workers), workers: workers, form)
        return switch problem.elementType {
        case .float32: TopBlocksWorker<Float32Element>.byteCount(size, problem)
        case .bfloat16: TopBlocksWorker<WidenedElement<BFloat16Rows>>.byteCount(size, problem)
        case .float16: TopBlocksWorker<WidenedElement<Float16Rows>>.byteCount(size, problem)
        }
    }

    var countedPairs: Int {
        switch self {
        case .float32(let workers): workers.countedPairs
        case .bfloat16(let workers): workers.countedPairs
        case .float16(let workers): workers.countedPairs
        }
    }

    func run(_ tensors: TensorPointers, on team: WorkerTeam) {
        switch self {
        case .float32(let workers): workers.run(tensors, on: team)
        case .bfloat16(let workers): workers.run(tensors, on: team)
        case .float16(let workers): workers.run(tensors, on: team)
        }
    }
}

/// The workers of one element type.
private final class TypedTopBlocks<Element: FusedElement>: @unchecked Sendable {
    private let plan: TopBlocksPlan
    private let workers: [TopBlocksWorker<Element>]
    /// The types that are used here share no words; an element takes a pointer all the same.
    private let shared: UnsafeMutablePointer<Float>

    init(_ plan: TopBlocksPlan, _ size: TopBlocksSize, _ means: BlockMeans) {
        self.plan = plan
        let shared = UnsafeMutablePointer<Float>.allocate(capacity: 1)
        self.shared = shared
        workers = (0..<size.fused.workers).map { _ in TopBlocksWorker(plan, size, means, shared: shared) }
    }

    deinit { shared.deallocate() }

    var countedPairs: Int { workers.reduce(0) { $0 + $1.countedPairs } }

    func run(_ tensors: TensorPointers, on team: WorkerTeam) {
        nonisolated(unsafe) let tensors = tensors
        for worker in workers { worker.countedPairs = 0 }
        let workers = workers
        team.forEach(count: plan.items) { workers[$0].attend(item: $1, tensors) }
    }
}

extension Kernel {
    public static let topKBlocks = topKBlocks(FusedForm())

    private static func topKBlocks(_ form: FusedForm) -> Kernel {
        Kernel(
            "top-k-blocks",
            summary:
                "causal; each query attends to its own block and the k − 1 earlier ones of the largest mean score (MoBA)",
            masks: .causal, selectsBlocks: true, computedPairs: TopBlocksPlan.computedPairs,
            scratchBytes: { TopBlocksAttention.scratchBytes(for: $0, threads: $1, form) },
            retuned: { topKBlocks(FusedForm(coverage: form.coverage, tuning: $0)) },
            make: { problem, team throws(UnsupportedProblem) in
                try TopBlocksAttention(for: problem, on: team, form)
            })
    }
}
