import CVector

/// Scores Sᵀ[keys][width] = K · Qᵀ, and the largest score of each lane.
///
/// K is read in its natural rows, one scalar at a time; nothing of it is packed. A last tile that is not full repeats
/// the last key in the rows that are left over: `scores` must have room for them, nobody reads them.
/// - Parameters:
///   - keys: [keyCount][d]
///   - queries: Qᵀ [d][width]
@inline(never)
func multiplyScores(
    keys: UnsafePointer<Float>, keyCount: Int, d: Int, queries: UnsafePointer<Float>,
    into scores: UnsafeMutablePointer<Float>
) -> (Lanes, Lanes) {
    var left = broadcast(-.greatestFiniteMagnitude)
    var right = left
    var key = 0
    while key < keyCount {
        let rows = ScalarRows(base: keys + key &* d, stride: d, lastRow: keyCount &- key &- 1)
        var tile = Tile(rows, firstRow: 0, initial: nil)
        var step = queries
        for x in 0..<d {
            tile.accumulate(x, load(step, 0), load(step, Lanes.lanes))
            step += QueryBlock.width
        }
        tile.write(to: scores + key &* QueryBlock.width)
        (left, right) = tile.maximum(left, right)
        key &+= Tile.rows
    }
    return (left, right)
}

/// Outputs Oᵀ[d][width] += Vᵀ · Pᵀ, for weights Pᵀ[keys][width].
///
/// The sums of one tile (some columns of V) stay in registers over all keys of the call. Columns past d repeat the
/// last one: `outputs` must have room for them.
/// - Parameters:
///   - values: [keyCount][d]
///   - weights: Pᵀ [keyCount][width]
@inline(never)
func addValues(
    values: UnsafePointer<Float>, keyCount: Int, d: Int, weights: UnsafePointer<Float>,
    into outputs: UnsafeMutablePointer<Float>
) {
    var x = 0
    while x < d {
        let columns = ScalarRows(base: values + x, stride: 1, lastRow: d &- x &- 1)
        let sums = outputs + x &* QueryBlock.width
        var tile = Tile(columns, firstRow: 0, initial: sums)
        var step = weights
        var offset = 0
        for _ in 0..<keyCount {
            tile.accumulate(offset, load(step, 0), load(step, Lanes.lanes))
            step += QueryBlock.width
            offset &+= d
        }
        tile.write(to: sums)
        x &+= Tile.rows
    }
}
