import CVector

/// What a product of scores multiplies.
struct ScoreOperands {
    /// K: rows of words, [count][stride], of which `steps` words count.
    let keys: UnsafePointer<Float>
    let stride: Int
    let count: Int
    let steps: Int
    /// Qᵀ [steps][width]; where the tile takes one vector, that one's first lane.
    let queries: UnsafePointer<Float>

    /// Some of the keys, for the queries from lane `lane` on.
    @inline(__always)
    subscript(range: Range<Int>, lane lane: Int = 0) -> ScoreOperands {
        ScoreOperands(
            keys: keys + range.lowerBound * stride, stride: stride, count: range.count, steps: steps,
            queries: queries + lane)
    }
}

/// What a product of values multiplies.
struct ValueOperands {
    /// V: words of neighbouring keys, [steps][stride], of which `d` words count.
    let values: UnsafePointer<Float>
    let stride: Int
    let steps: Int
    let d: Int
    /// Pᵀ [steps][width]; where the tile takes one vector, that one's first lane.
    let weights: UnsafePointer<Float>

    /// Some of the steps, for the weights from lane `lane` on.
    @inline(__always)
    subscript(range: Range<Int>, lane lane: Int = 0) -> ValueOperands {
        ValueOperands(
            values: values + range.lowerBound * stride, stride: stride, steps: range.count, d: d,
            weights: weights + range.lowerBound * QueryBlock.width + lane)
    }
}

/// Scores Sᵀ[keys][width] = K · Qᵀ, and the largest score of each lane.
///
/// K is read in its natural rows, one word at a time; nothing of it is packed. A last tile that is not full repeats
/// the last key in the rows that are left over: `scores` must have room for them, and they are not read.
/// - Parameters:
///   - scores: Sᵀ; where the tile takes one vector, that one's first lane
///   - prefetch: asked for its next lines once a register tile
@inline(never)
func multiplyScores<Tile: RegisterTile>(
    _: Tile.Type, _ operands: ScoreOperands, into scores: UnsafeMutablePointer<Float>, _ prefetch: inout Prefetch
) -> Tile.Queries {
    var largest = Tile.Queries(repeating: -.greatestFiniteMagnitude)
    var key = 0
    while key < operands.count {
        prefetch.issue()
        let rows = ScalarRows(
            base: operands.keys + key &* operands.stride, stride: operands.stride,
            lastRow: operands.count &- key &- 1)
        var tile = Tile(rows, firstRow: 0, initial: nil)
        var step = operands.queries
        for offset in 0..<operands.steps {
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
///   - outputs: Oᵀ; where the tile takes one vector, that one's first lane
///   - prefetch: asked for its next lines once a register tile
@inline(never)
func addValues<Tile: RegisterTile>(
    _: Tile.Type, _ operands: ValueOperands, into outputs: OutputSums, _ prefetch: inout Prefetch
) {
    let d = operands.d
    var x = 0
    while x < d {
        prefetch.issue()
        let columns = ScalarRows(base: operands.values + x, stride: 1, lastRow: d &- x &- 1)
        let sums = outputs.floats + x &* QueryBlock.width
        var tile = Tile(columns, firstRow: 0, initial: outputs.startAnew ? nil : sums)
        var step = operands.weights
        var offset = 0
        for _ in 0..<operands.steps {
            tile.accumulate(offset, Tile.Queries(loading: step))
            step += QueryBlock.width
            offset &+= operands.stride
        }
        tile.write(to: sums)
        x &+= Tile.rows
    }
}

/// What a product of rows multiplies.
struct RowOperands {
    /// Wᵀ [count][width]: a weight of each query for each row.
    let weights: UnsafePointer<Float>
    let count: Int
    /// Rows of the queries [queries][width], some columns of each.
    let columns: UnsafePointer<Float>
    let queries: Int

    /// Some of the rows, for some of the queries.
    @inline(__always)
    subscript(rows: Range<Int>, queries queries: Range<Int>) -> RowOperands {
        RowOperands(
            weights: weights + rows.lowerBound * QueryBlock.width + queries.lowerBound, count: rows.count,
            columns: columns + queries.lowerBound * QueryBlock.width, queries: queries.count)
    }
}

/// Sums [count][width] += Wᵀ · columns: the third product of a tile, for which lanes are columns, and the sum runs over
/// queries.
///
/// A last tile that is not full repeats the last row, and adds it to the sums behind it: these are read by nobody as long as
/// whole tiles fit into a granule of keys.
/// - Parameter prefetch: asked for its next lines once a register tile
@inline(never)
func addRows<Tile: RegisterTile>(
    _: Tile.Type, _ operands: RowOperands, into sums: UnsafeMutablePointer<Float>, _ prefetch: inout Prefetch
) {
    var row = 0
    while row < operands.count {
        prefetch.issue()
        let rows = ScalarRows(
            base: operands.weights + row &* QueryBlock.width, stride: QueryBlock.width,
            lastRow: operands.count &- row &- 1)
        let target = sums + row &* QueryBlock.width
        var tile = Tile(rows, firstRow: 0, initial: target)
        var step = operands.columns
        for query in 0..<operands.queries {
            tile.accumulate(query, Tile.Queries(loading: step))
            step += QueryBlock.width
        }
        tile.write(to: target)
        row &+= Tile.rows
    }
}
