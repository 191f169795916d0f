import CVector

/// A matrix [rows][d] cut into panels of as many columns as a block has lanes, each [rows][width]: a register tile then takes
/// rows of a panel where it takes lanes of queries elsewhere.
struct ColumnPanels {
    let floats: UnsafeMutablePointer<Float>
    /// For which there is room.
    let rows: Int
    let d: Int

    static func floatCount(rows: Int, d: Int) -> Int { count(d: d) * rows * QueryBlock.width }

    private static func count(d: Int) -> Int { (d + QueryBlock.width - 1) / QueryBlock.width }

    var count: Int { Self.count(d: d) }

    /// From a row on.
    func panel(_ index: Int, row: Int = 0) -> UnsafeMutablePointer<Float> {
        floats + (index * rows + row) * QueryBlock.width
    }

    /// Whether all columns of a panel are in its first vector.
    func isNarrow(_ index: Int) -> Bool { d - index * QueryBlock.width <= Lanes.lanes }

    func clear() { floats.update(repeating: 0, count: Self.floatCount(rows: rows, d: d)) }

    /// Takes over a row of a tensor, in whole vectors: past the last column they hold what follows the row.
    @inline(__always)
    func take<Rows: ElementRows>(_: Rows.Type, _ source: UnsafeRawPointer, row: Int) {
        for x in stride(from: 0, to: d, by: Lanes.lanes) {
            store(Rows.widened(source + x * Rows.layout.byteCount), floats, place(row: row, column: x))
        }
    }

    /// Takes over a square of one vector of columns by one vector of rows, which lies transposed, [columns][block's width].
    func takeColumns(_ source: UnsafePointer<Float>, firstColumn: Int, firstRow: Int) {
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: Lanes.lanes) { targets in
            for lane in 0..<Lanes.lanes {
                targets[lane] = UnsafeMutableRawPointer(floats + place(row: firstRow + lane, column: firstColumn))
            }
            vector_scatter_columns(
                source, QueryBlock.width, broadcast(1), targets.baseAddress!, vector_element_float32, 0, Lanes.lanes,
                Lanes.lanes)
        }
    }

    /// Whether no element of a row is NaN or infinite. Past the last column anything may be.
    func isFinite(row: Int) -> Bool {
        (0..<count).allSatisfy {
            areFinite(panel($0, row: row), count: min(QueryBlock.width, d - $0 * QueryBlock.width))
        }
    }

    /// Writes a row into a tensor.
    @inline(__always)
    func write<Rows: ElementRows>(_: Rows.Type, row: Int, times factor: Float, to target: UnsafeMutableRawPointer) {
        for x in stride(from: 0, to: d, by: Lanes.lanes) {
            Rows.write(
                load(floats, place(row: row, column: x)) * broadcast(factor), to: target + x * Rows.layout.byteCount,
                count: min(Lanes.lanes, d - x))
        }
    }

    private func place(row: Int, column: Int) -> Int {
        let (panel, lane) = column.quotientAndRemainder(dividingBy: QueryBlock.width)
        return (panel * rows + row) * QueryBlock.width + lane
    }
}
