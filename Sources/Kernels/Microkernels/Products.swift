import CVector

/// Keys as they are multiplied: rows of words, [count][stride], of which `steps` words count.
struct KeyRows {
    let words: UnsafePointer<Float>
    let stride: Int
    let count: Int
    let steps: Int

    /// Some of them.
    @inline(__always)
    subscript(range: Range<Int>) -> KeyRows {
        KeyRows(words: words + range.lowerBound * stride, stride: stride, count: range.count, steps: steps)
    }
}

/// Values as they are multiplied: words of neighbouring keys, [steps][d].
struct ValueRows {
    let words: UnsafePointer<Float>
    let steps: Int
    let d: Int

    /// Some of them.
    @inline(__always)
    subscript(range: Range<Int>) -> ValueRows {
        ValueRows(words: words + range.lowerBound * d, steps: range.count, d: d)
    }
}

/// Scores Sᵀ[keys][width] = K · Qᵀ, and the largest score of each lane.
///
/// K is read in its natural rows, one word at a time; nothing of it is packed. A last tile that is not full repeats
/// the last key in the rows that are left over: `scores` must have room for them, and they are not read.
/// - Parameters:
///   - queries: Qᵀ [steps][width]; where the tile takes one vector, that one's first lane
///   - scores: Sᵀ; where the tile takes one vector, that one's first lane
@inline(never)
func multiplyScores<Tile: RegisterTile>(
    _: Tile.Type, keys: KeyRows, queries: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>
) -> Tile.Queries {
    var largest = Tile.Queries(repeating: -.greatestFiniteMagnitude)
    var key = 0
    while key < keys.count {
        let rows = ScalarRows(
            base: keys.words + key &* keys.stride, stride: keys.stride, lastRow: keys.count &- key &- 1)
        var tile = Tile(rows, firstRow: 0, initial: nil)
        var step = queries
        for offset in 0..<keys.steps {
            tile.accumulate(offset, Tile.Queries(loading: step))
            step += QueryBlock.width
        }
        tile.write(to: scores + key &* QueryBlock.width)
        largest = tile.maximum(largest)
        key &+= Tile.rows
    }
    return largest
}

/// Sums of outputs Oᵀ[d][width].
struct OutputSums {
    let floats: UnsafeMutablePointer<Float>
    /// Whether the sums start at 0, whatever is there.
    let startAnew: Bool
}

/// Outputs Oᵀ[d][width] += Vᵀ · Pᵀ, for weights Pᵀ[keys][width].
///
/// The sums of one tile (some columns of V) stay in registers over all keys of the call. Columns past d repeat the
/// last one: `outputs` must have room for them.
/// - Parameters:
///   - weights: Pᵀ [steps][width]; where the tile takes one vector, that one's first lane
///   - outputs: Oᵀ; where the tile takes one vector, that one's first lane
@inline(never)
func addValues<Tile: RegisterTile>(
    _: Tile.Type, values: ValueRows, weights: UnsafePointer<Float>, into outputs: OutputSums
) {
    let d = values.d
    var x = 0
    while x < d {
        let columns = ScalarRows(base: values.words + x, stride: 1, lastRow: d &- x &- 1)
        let sums = outputs.floats + x &* QueryBlock.width
        var tile = Tile(columns, firstRow: 0, initial: outputs.startAnew ? nil : sums)
        var step = weights
        var offset = 0
        for _ in 0..<values.steps {
            tile.accumulate(offset, Tile.Queries(loading: step))
            step += QueryBlock.width
            offset &+= d
        }
        tile.write(to: sums)
        x &+= Tile.rows
    }
}
