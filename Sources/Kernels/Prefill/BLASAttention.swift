import Attention
import COpenBLAS
import Hardware

/// Attention as matrix products on blocks of queries against spans of keys, the scores of one block in memory:
///
///     S = Q[queries] · K[keys]ᵀ   sgemm
///     P = softmax(scale · S)      row by row, only the columns that the mask shows
///     O = P · V[keys]             sgemm
///
/// What kernels of this kind differ in is the cut into blocks (`ScorePartition`). OpenBLAS runs on one thread in
/// each worker of the team: its own threads would neither be pinned nor wait where ours do.
final class BLASAttention: KernelInstance {
    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let blocks: ScoreBlocks
    private let workers: [BLASWorker]

    init(
        for problem: AttentionProblem, _ partition: ScorePartition, on team: WorkerTeam
    ) throws(UnsupportedProblem) {
        openblas_set_num_threads(1)
        self.problem = problem
        self.team = team
        let blocks = ScoreBlocks(problem: problem, partition: partition)
        self.blocks = blocks
        guard blocks.largestKeyCount < Int(Int32.max) else {
            throw UnsupportedProblem("a block of \(blocks.largestKeyCount) keys is more than OpenBLAS can index")
        }
        workers = (0..<team.threadCount).map { _ in BLASWorker(scoreCount: blocks.largestScoreCount) }
    }

    static func computedPairs(for problem: AttentionProblem, _ partition: ScorePartition) -> Int {
        let blocks = ScoreBlocks(problem: problem, partition: partition)
        let halves = (0..<blocks.count).reduce(0) { $0 + blocks[$1].computedHalfPairs }
        return problem.shape.batch * problem.shape.queryHeads * halves / 2
    }

    static func scratchBytes(
        for problem: AttentionProblem, _ partition: ScorePartition, threads: Int
    ) -> Int {
        threads * ScoreBlocks(problem: problem, partition: partition).largestScoreCount * MemoryLayout<Float>.size
    }

    var countedPairs: Int { workers.reduce(0) { $0 + $1.computedHalfPairs } / 2 }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let (problem, blocks, workers) = (problem, blocks, workers)
        let heads = problem.shape.batch * problem.shape.queryHeads
        for worker in workers { worker.computedHalfPairs = 0 }
        TensorPointers.with(inputs, &output) {
            nonisolated(unsafe) let tensors = $0
            team.forEach(count: heads * blocks.count) { worker, index in
                let (head, block) = index.quotientAndRemainder(dividingBy: blocks.count)
                workers[worker].attend(blocks[block], head: head, problem: problem, tensors)
            }
        }
    }
}

/// What one worker needs: the scores of one block.
final class BLASWorker: @unchecked Sendable {
    private var scores: Tensor
    /// Counted in half pairs: the two products may go over different pairs.
    var computedHalfPairs = 0

    init(scoreCount: Int) { scores = Tensor(dimensions: [scoreCount]) }

    func attend(_ block: ScoreBlock, head: Int, problem: AttentionProblem, _ tensors: TensorPointers) {
        let shape = problem.shape
        let d = shape.headDimension
        let queryStart = (head * shape.queryLength + block.queries.lowerBound) * d
        let keyStart = head / shape.groupSize * shape.keyLength * d
        let query = tensors.query.assumingMemoryBound(to: Float.self) + queryStart
        let key = tensors.key.assumingMemoryBound(to: Float.self) + keyStart
        let value = tensors.value.assumingMemoryBound(to: Float.self) + keyStart + block.keys.lowerBound * d
        let output = tensors.output.assumingMemoryBound(to: Float.self) + queryStart
        computedHalfPairs += block.computedHalfPairs
        scores.withMutableFloats { buffer in
            let scores = buffer.baseAddress!
            for keys in [block.firstProduct, block.secondProduct] where !keys.isEmpty {
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasTrans,
                    Int32(block.queries.count), Int32(keys.count), Int32(d),
                    1,
                    query, Int32(d), key + keys.lowerBound * d, Int32(d),
                    0, scores + (keys.lowerBound - block.keys.lowerBound), Int32(block.keys.count))
            }
            for (index, row) in block.queries.enumerated() {
                softmaxRow(
                    scores + index * block.keys.count, columns: block.keys.count,
                    visible: block.visibleColumns(problem.pairs.visibleKeys(row: row)), scale: problem.scale)
            }
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans,
                Int32(block.queries.count), Int32(d), Int32(block.keys.count),
                1, scores, Int32(block.keys.count), value, Int32(d),
                0, output, Int32(d))
        }
        for (index, row) in block.queries.enumerated() where !areFinite(output + index * d, count: d) {
            WideRow.write(row, ofHead: head, of: problem, tensors)
        }
    }
}
