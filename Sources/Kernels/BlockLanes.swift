import Attention

/// Which query each lane of a block holds, and the way in and out of the transposed layout.
///
/// Idle lanes of a last block hold zeros and the bounds of the last row: they cost what a lane costs and are not
/// written back.
struct BlockLanes {
    private let firstLane: Int
    private let laneCount: Int
    private let groupSize: Int
    private let d: Int
    /// Of the group's first head.
    private let headStart: Int
    private let headStride: Int

    init(block: Int, group: Int, shape: AttentionShape) {
        firstLane = block * QueryBlock.width
        laneCount = min(QueryBlock.width, shape.queryLength * shape.groupSize - firstLane)
        groupSize = shape.groupSize
        d = shape.headDimension
        headStride = shape.queryLength * shape.headDimension
        headStart = group * shape.groupSize * headStride
    }

    func row(_ lane: Int) -> Int { (firstLane + min(lane, laneCount - 1)) / groupSize }

    private func start(_ lane: Int) -> Int {
        let (row, head) = (firstLane + lane).quotientAndRemainder(dividingBy: groupSize)
        return headStart + head * headStride + row * d
    }

    /// [row][d] of the tensor to [d][width].
    func loadQueries(_ query: UnsafePointer<Float>, into queries: UnsafeMutablePointer<Float>) {
        for lane in 0..<laneCount {
            let source = query + start(lane)
            for x in 0..<d { queries[x * QueryBlock.width + lane] = source[x] }
        }
        for lane in laneCount..<QueryBlock.width {
            for x in 0..<d { queries[x * QueryBlock.width + lane] = 0 }
        }
    }

    /// [d][width] to [row][d] of the tensor, each lane divided by its sum of weights.
    func storeOutputs(
        _ outputs: UnsafePointer<Float>, _ softmax: OnlineSoftmax, into output: UnsafeMutablePointer<Float>
    ) {
        for lane in 0..<laneCount {
            let target = output + start(lane)
            let normaliser = softmax.normaliser(lane: lane)
            for x in 0..<d { target[x] = outputs[x * QueryBlock.width + lane] * normaliser }
        }
    }
}
