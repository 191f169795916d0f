import Attention
import CVector

/// A block of queries on its way through the keys, with what it has gathered of them so far.
final class FusedBlock {
    /// Qᵀ [steps][width]
    let queries: UnsafeMutablePointer<Float>
    /// Oᵀ [d][width]
    let outputs: UnsafeMutablePointer<Float>
    let softmax: OnlineSoftmax
    /// Nil where softmax takes the products of queries and keys as they are.
    let laneScores: LaneScores?
    /// What each lane sees of the range at hand.
    private(set) var bounds: LaneBounds
    private(set) var lanes: BlockLanes
    private(set) var sinks = BlockKeys(0..<0)
    private(set) var band = BlockKeys(0..<0)
    /// False until the first tile has written them.
    var hasOutputs = false

    private let problem: AttentionProblem

    init(_ size: FusedSize, _ words: FusedWorkspaceSize, storage: UnsafeMutablePointer<Float>) {
        problem = size.problem
        queries = storage
        outputs = queries + words.queries
        softmax = OnlineSoftmax(problem, size.tuning.exponential, storage: outputs + words.outputs)
        let bounds = outputs + words.outputs + OnlineSoftmax.floatCount
        self.bounds = LaneBounds(storage: bounds)
        laneScores = LaneScores(problem, storage: bounds + LaneBounds.wordCount)
        lanes = BlockLanes(block: 0, group: 0, shape: problem.shape)
    }

    func take(_ block: Int, group: Int, of blocks: QueryBlocks) {
        lanes = BlockLanes(block: block, group: group, shape: problem.shape)
        (sinks, band) = blocks.keys(ofBlock: block)
        laneScores?.take(lanes)
    }

    /// Begins each lane's softmax with the sink logit of its head, as a key that was seen before all others and has no value.
    func beginWith(sinkLogits: UnsafePointer<Float>) {
        for lane in 0..<QueryBlock.width {
            softmax[lane] = softmax.beginning(sinkLogit: sinkLogits[lanes.queryHead(lane)])
        }
    }

    func reset() {
        softmax.reset()
        hasOutputs = false
    }

    /// Whether every lane has seen a score and holds finite sums.
    var isFinite: Bool {
        softmax.hasWeights && areFinite(outputs, count: problem.shape.headDimension * QueryBlock.width)
    }

    /// Whether this lane has seen a score and holds finite sums.
    func isFinite(lane: Int) -> Bool {
        softmax.sums[lane] > 0
            && (0..<problem.shape.headDimension).allSatisfy { outputs[$0 * QueryBlock.width + lane].isFinite }
    }

    /// Into [batch][queryHeads][queryLength].
    func storeLogSumExp(into logSumExp: UnsafeMutablePointer<Float>) {
        for lane in lanes.taken { logSumExp[lanes.rowIndex(lane)] = softmax.logSumExp(lane: lane) }
    }

    /// Goes on from sums and outputs that were put into its lanes, over keys that each of them sees.
    func resume(over keys: Range<Int>) {
        hasOutputs = true
        bounds.showToAll(keys)
    }

    /// Sets each lane's bounds to one of its visible ranges.
    func setBounds(_ range: (VisibleKeys) -> Range<Int>) { bounds.set(lanes, problem.pairs, range) }
}
