import Attention
import CVector

/// Which query each lane of a block holds, and the way in and out of the transposed layout.
///
/// Idle lanes of a last block repeat its last query: they cost what a lane costs and are not written back.
struct BlockLanes {
    private let firstLane: Int
    /// Of the group's first head, among those of a batch.
    private let firstHead: Int
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
        firstHead = group % shape.keyValueHeads * shape.groupSize
        d = shape.headDimension
        headStride = shape.queryLength * shape.headDimension
        headStart = group * shape.groupSize * headStride
    }

    /// Lanes that are not idle.
    var taken: Range<Int> { 0..<laneCount }

    func row(_ lane: Int) -> Int { place(lane).row }

    /// `head` counts within the group.
    func place(_ lane: Int) -> (row: Int, head: Int) {
        let (row, head) = (firstLane + min(lane, laneCount - 1)).quotientAndRemainder(dividingBy: groupSize)
        return (row, head)
    }

    /// The query head of a lane, within its batch.
    func queryHead(_ lane: Int) -> Int { firstHead + place(lane).head }

    private func start(_ lane: Int) -> Int {
        let (row, head) = place(lane)
        return headStart + head * headStride + row * d
    }

    /// Of the lane's query among all rows of the tensor.
    func rowIndex(_ lane: Int) -> Int { start(lane) / d }

    /// [row][d] of the tensor to [steps][width], a step being an element or, in bfloat16, two. The columns come in
    /// whole vectors: past the last they hold what follows a row, which a tensor has room for, and `queries` must too.
    @inline(__always)
    func loadQueries(_ query: UnsafeRawPointer, _ layout: vector_element, into queries: UnsafeMutablePointer<Float>) {
        let steps = layout == vector_element_bfloat16 ? (d + 1) / 2 : d
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: QueryBlock.width) { rows in
            for lane in 0..<QueryBlock.width { rows[lane] = query + start(lane) * layout.byteCount }
            gatherColumns(of: rows.baseAddress!, layout, count: steps, into: queries)
        }
    }

    /// [d][width] to [row][d] of the tensor, each lane divided by its sum of weights.
    @inline(__always)
    func storeOutputs(
        _ outputs: UnsafePointer<Float>, sums: UnsafePointer<Float>, _ layout: vector_element,
        into output: UnsafeMutableRawPointer
    ) {
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: QueryBlock.width) { rows in
            for lane in 0..<QueryBlock.width { rows[lane] = output + start(lane) * layout.byteCount }
            for half in [0, Lanes.lanes] {
                let normaliser = broadcast(1) / load(sums, half)
                let lanes = min(Lanes.lanes, laneCount - half)
                for x in stride(from: 0, to: d, by: Lanes.lanes) {
                    vector_scatter_columns(
                        outputs + x * QueryBlock.width + half, QueryBlock.width, normaliser,
                        rows.baseAddress! + half, layout, x, min(Lanes.lanes, d - x), lanes)
                }
            }
        }
    }

    /// Adds the rows of the tensor at `base` that the lanes hold, each run of neighbouring rows once.
    func appendRows(
        of base: UnsafeRawPointer, _ layout: vector_element, isWritten: Bool, to prefetch: inout Prefetch
    ) {
        let rows = row(0)...row(QueryBlock.width - 1)
        for head in 0..<min(groupSize, laneCount) {
            let start = (headStart + head * headStride + rows.lowerBound * d) * layout.byteCount
            prefetch.append(base + start, byteCount: rows.count * d * layout.byteCount, isWritten: isWritten)
        }
    }
}

/// Rows of `QueryBlock.width` lanes to columns [count][width], in whole vectors: past the last column they hold what follows a row.
@inline(__always)
func gatherColumns(
    of rows: UnsafePointer<UnsafeRawPointer?>, _ layout: vector_element, count: Int,
    into columns: UnsafeMutablePointer<Float>
) {
    for half in [0, Lanes.lanes] {
        for column in stride(from: 0, to: count, by: Lanes.lanes) {
            vector_gather_columns(
                rows + half, layout, column, columns + column * QueryBlock.width + half, QueryBlock.width)
        }
    }
}
