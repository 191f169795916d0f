/// The products of a tile of keys with a block of queries: each key with the vectors of queries that see it.
extension BlockKeys {
    /// Scores of the keys, and the largest ones of those that both vectors see.
    @inline(__always)
    func multiplyScores<Product: TileProduct>(
        _: Product.Type, _ operands: ScoreOperands, into scores: UnsafeMutablePointer<Float>,
        _ prefetch: inout Prefetch
    ) -> TwoVectors {
        let width = QueryBlock.width
        let seenByBoth = seenByLeftOnly..<range.count - seenByRightOnly
        if seenByLeftOnly > 0 {
            _ = Kernels.multiplyScores(
                NarrowTile<Product>.self, operands[0..<seenByLeftOnly], into: scores, &prefetch)
        }
        let largest = Kernels.multiplyScores(
            Tile<Product>.self, operands[seenByBoth], into: scores + seenByBoth.lowerBound * width, &prefetch)
        if seenByRightOnly > 0 {
            _ = Kernels.multiplyScores(
                NarrowTile<Product>.self, operands[seenByBoth.upperBound..<range.count, lane: Lanes.lanes],
                into: scores + seenByBoth.upperBound * width + Lanes.lanes, &prefetch)
        }
        return largest
    }

    /// The same for the values: what a vector does not see has a weight of 0.
    @inline(__always)
    func addValues<Product: TileProduct>(
        _: Product.Type, _ operands: ValueOperands, into outputs: OutputSums, _ prefetch: inout Prefetch
    ) {
        let depth = Product.depth
        let leftSteps = seenByLeftOnly / depth
        let rightStart = (range.count - seenByRightOnly + depth - 1) / depth
        let steps = (range.count + depth - 1) / depth
        Kernels.addValues(Tile<Product>.self, operands[leftSteps..<rightStart], into: outputs, &prefetch)
        if leftSteps > 0 {
            Kernels.addValues(
                NarrowTile<Product>.self, operands[0..<leftSteps],
                into: OutputSums(floats: outputs.floats, startAnew: false), &prefetch)
        }
        if rightStart < steps {
            Kernels.addValues(
                NarrowTile<Product>.self, operands[rightStart..<steps, lane: Lanes.lanes],
                into: OutputSums(floats: outputs.floats + Lanes.lanes, startAnew: false), &prefetch)
        }
    }

    /// Each key's row of sums gets the rows of the queries that see it.
    /// - Parameter row: of the sums, for the first key
    @inline(__always)
    func addRows(
        _ product: RowProduct, into sums: ColumnPanels, from row: Int, _ prefetch: inout Prefetch
    ) {
        let width = QueryBlock.width
        let left = product.queries.clamped(to: 0..<Lanes.lanes)
        let right = product.queries.clamped(to: Lanes.lanes..<width)
        let rightStart = range.count - seenByRightOnly
        for panel in 0..<sums.count {
            let operands = RowOperands(
                weights: product.weights, count: range.count, columns: product.rows.panel(panel), queries: width)
            let target = PanelRows(floats: sums.panel(panel, row: row), isNarrow: sums.isNarrow(panel))
            target[0].add(operands[0..<seenByLeftOnly, queries: left], &prefetch)
            target[seenByLeftOnly].add(operands[seenByLeftOnly..<rightStart, queries: product.queries], &prefetch)
            target[rightStart].add(operands[rightStart..<range.count, queries: right], &prefetch)
        }
    }
}

/// Rows of a panel that a product of rows is added to.
private struct PanelRows {
    let floats: UnsafeMutablePointer<Float>
    let isNarrow: Bool

    /// From a row on.
    subscript(row: Int) -> PanelRows { PanelRows(floats: floats + row * QueryBlock.width, isNarrow: isNarrow) }

    @inline(__always)
    func add(_ operands: RowOperands, _ prefetch: inout Prefetch) {
        guard operands.count > 0, operands.queries > 0 else { return }
        if isNarrow {
            addRows(NarrowTile<Float32Product>.self, operands, into: floats, &prefetch)
        } else {
            addRows(RowTile.self, operands, into: floats, &prefetch)
        }
    }
}

/// A product of rows of queries, all their columns.
struct RowProduct {
    /// [keys][width]
    let weights: UnsafePointer<Float>
    /// A row for each lane.
    let rows: ColumnPanels
    /// Lanes that are not idle.
    let queries: Range<Int>
}
