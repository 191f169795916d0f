import CVector

/// Scores Sᵀ[keys][width] = K · Qᵀ, and the largest score of each lane.
///
/// K is read in its natural rows, one word at a time; nothing of it is packed. A last tile that is not full repeats
/// the last key in the rows that are left over: `scores` must have room for them, nobody reads them.
/// - Parameters:
///   - keys: [keyCount][stride], of which `steps` words count
///   - queries: Qᵀ [steps][width]
@inline(never)
func multiplyScores<Product: TileProduct>(
    _: Product.Type, keys: UnsafePointer<Float>, stride: Int, keyCount: Int, steps: Int,
    queries: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>
) -> (Lanes, Lanes) {
    var left = broadcast(-.greatestFiniteMagnitude)
    var right = left
    var key = 0
    while key < keyCount {
        let rows = ScalarRows(base: keys + key &* stride, stride: stride, lastRow: keyCount &- key &- 1)
        var tile = Tile<Product>(rows, firstRow: 0, initial: nil)
        var step = queries
        for offset in 0..<steps {
            tile.accumulate(offset, load(step, 0), load(step, Lanes.lanes))
            step += QueryBlock.width
        }
        tile.write(to: scores + key &* QueryBlock.width)
        (left, right) = tile.maximum(left, right)
        key &+= Tile<Product>.rows
    }
    return (left, right)
}

/// Outputs Oᵀ[d][width] += Vᵀ · Pᵀ, for weights Pᵀ[keys][width].
///
/// The sums of one tile (some columns of V) stay in registers over all keys of the call. Columns past d repeat the
/// last one: `outputs` must have room for them.
/// - Parameters:
///   - values: [steps][d], words of neighbouring keys
///   - weights: Pᵀ [steps][width]
@inline(never)
func addValues<Product: TileProduct>(
    _: Product.Type, values: UnsafePointer<Float>, steps: Int, d: Int, weights: UnsafePointer<Float>,
    into outputs: UnsafeMutablePointer<Float>
) {
    var x = 0
    while x < d {
        let columns = ScalarRows(base: values + x, stride: 1, lastRow: d &- x &- 1)
        let sums = outputs + x &* QueryBlock.width
        var tile = Tile<Product>(columns, firstRow: 0, initial: sums)
        var step = weights
        var offset = 0
        for _ in 0..<steps {
            tile.accumulate(offset, load(step, 0), load(step, Lanes.lanes))
            step += QueryBlock.width
            offset &+= d
        }
        tile.write(to: sums)
        x &+= Tile<Product>.rows
    }
}
