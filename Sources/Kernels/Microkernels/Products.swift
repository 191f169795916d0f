import CVector

/// Scores Sᵀ[keys][width] = K · Qᵀ, and the largest score of each lane.
///
/// K is read in its natural rows, one word at a time; nothing of it is packed. A last tile that is not full repeats
/// the last key in the rows that are left over: `scores` must have room for them, nobody reads them.
/// - Parameters:
///   - keys: [keyCount][stride], of which `steps` words count
///   - queries: Qᵀ [steps][width]; where the tile takes one vector, that one's first lane
///   - scores: the same
@inline(never)
func multiplyScores<Tile: RegisterTile>(
    _: Tile.Type, keys: UnsafePointer<Float>, stride: Int, keyCount: Int, steps: Int,
    queries: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>
) -> Tile.Queries {
    var largest = Tile.Queries(repeating: -.greatestFiniteMagnitude)
    var key = 0
    while key < keyCount {
        let rows = ScalarRows(base: keys + key &* stride, stride: stride, lastRow: keyCount &- key &- 1)
        var tile = Tile(rows, firstRow: 0, initial: nil)
        var step = queries
        for offset in 0..<steps {
            tile.accumulate(offset, Tile.Queries(loading: step))
            step += QueryBlock.width
        }
        tile.write(to: scores + key &* QueryBlock.width)
        largest = tile.maximum(largest)
        key &+= Tile.rows
    }
    return largest
}

/// Outputs Oᵀ[d][width] += Vᵀ · Pᵀ, for weights Pᵀ[keys][width].
///
/// The sums of one tile (some columns of V) stay in registers over all keys of the call. Columns past d repeat the
/// last one: `outputs` must have room for them.
/// - Parameters:
///   - values: [steps][d], words of neighbouring keys
///   - weights: Pᵀ [steps][width]; where the tile takes one vector, that one's first lane
///   - outputs: the same
///   - startsAnew: whether the sums start at 0, whatever `outputs` holds
@inline(never)
func addValues<Tile: RegisterTile>(
    _: Tile.Type, values: UnsafePointer<Float>, steps: Int, d: Int, weights: UnsafePointer<Float>,
    into outputs: UnsafeMutablePointer<Float>, startsAnew: Bool
) {
    var x = 0
    while x < d {
        let columns = ScalarRows(base: values + x, stride: 1, lastRow: d &- x &- 1)
        let sums = outputs + x &* QueryBlock.width
        var tile = Tile(columns, firstRow: 0, initial: startsAnew ? nil : sums)
        var step = weights
        var offset = 0
        for _ in 0..<steps {
            tile.accumulate(offset, Tile.Queries(loading: step))
            step += QueryBlock.width
            offset &+= d
        }
        tile.write(to: sums)
        x &+= Tile.rows
    }
}
