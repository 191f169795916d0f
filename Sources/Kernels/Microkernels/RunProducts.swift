import CVector

/// Steps of a product that follow one another, and where their scalars and their vectors begin, in floats from those of the
/// product.
struct StepRun {
    let scalars: Int
    let vectors: Int
    let count: Int
}

/// What a product over runs of steps multiplies.
struct RunOperands {
    /// A scalar of each row for each step.
    let scalars: UnsafePointer<Float>
    let rows: Int
    /// Floats from a row to the next, and from a step to the next of its run.
    let rowStride: Int
    let stepStride: Int
    /// [steps][width]
    let vectors: UnsafePointer<Float>
}

/// Sums [rows][width] += scalars · vectors, over the steps of some runs. What no run names is left out.
///
/// A last tile that is not full repeats the last row, and writes sums behind it: there must be room for them.
@inline(never)
func addRuns<Tile: RegisterTile>(
    _: Tile.Type, _ operands: RunOperands, over runs: UnsafeBufferPointer<StepRun>, into sums: OutputSums
) {
    var row = 0
    while row < operands.rows {
        let scalars = ScalarRows(
            base: operands.scalars + row &* operands.rowStride, stride: operands.rowStride,
            lastRow: operands.rows &- row &- 1)
        let target = sums.floats + row &* QueryBlock.width
        var tile = Tile(scalars, firstRow: 0, initial: sums.startAnew ? nil : target)
        for run in runs {
            var offset = run.scalars
            var step = operands.vectors + run.vectors
            for _ in 0..<run.count {
                tile.accumulate(offset, Tile.Queries(loading: step))
                step += QueryBlock.width
                offset &+= operands.stepStride
            }
        }
        tile.write(to: target)
        row &+= Tile.rows
    }
}
