import Attention
import CVector

/// Which query each lane of a block holds, and the way in and out of the transposed layout.
///
/// Idle lanes of a last block repeat its last query: they cost what a lane costs and are not written back.
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
        let (row, head) = (firstLane + min(lane, laneCount - 1)).quotientAndRemainder(dividingBy: groupSize)
        return headStart + head * headStride + row * d
    }

    /// [row][d] of the tensor to [d][width]. The columns come in whole vectors: past d they hold what follows a row,
    /// which a tensor has room for, and `queries` must too; nobody reads them.
    func loadQueries(_ query: UnsafePointer<Float>, into queries: UnsafeMutablePointer<Float>) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: QueryBlock.width) { rows in
            for lane in 0..<QueryBlock.width { rows[lane] = query + start(lane) }
            for half in [0, Lanes.lanes] {
                for x in stride(from: 0, to: d, by: Lanes.lanes) {
                    vector_gather_columns(
                        rows.baseAddress! + half, x, queries + x * QueryBlock.width + half, QueryBlock.width)
                }
            }
        }
    }

    /// [d][width] to [row][d] of the tensor, each lane divided by its sum of weights.
    func storeOutputs(
        _ outputs: UnsafePointer<Float>, sums: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
    ) {
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: QueryBlock.width) { rows in
            for lane in 0..<QueryBlock.width { rows[lane] = output + start(lane) }
            for half in [0, Lanes.lanes] {
                let normaliser = broadcast(1) / load(sums, half)
                let lanes = min(Lanes.lanes, laneCount - half)
                for x in stride(from: 0, to: d, by: Lanes.lanes) {
                    vector_scatter_columns(
                        outputs + x * QueryBlock.width + half, QueryBlock.width, normaliser,
                        rows.baseAddress! + half, x, min(Lanes.lanes, d - x), lanes)
                }
            }
        }
    }
}
