/// What linear attention does with rows of panels, beside products.
extension ColumnPanels {
    /// Row = factor · row + other factor · the same row of other panels.
    func combine(_ row: Int, times factor: Float, with other: ColumnPanels, times otherFactor: Float) {
        for index in 0..<count {
            let (own, its) = (panel(index, row: row), other.panel(index, row: row))
            for lane in stride(from: 0, to: QueryBlock.width, by: Lanes.lanes) {
                store(
                    load(own, lane) * broadcast(factor) + load(its, lane) * broadcast(otherFactor), own, lane)
            }
        }
    }

    @inline(__always)
    func scale(rows: Range<Int>, by factor: (Int) -> Float) {
        for row in rows {
            let factor = broadcast(factor(row))
            for index in 0..<count {
                let own = panel(index, row: row)
                for lane in stride(from: 0, to: QueryBlock.width, by: Lanes.lanes) {
                    store(load(own, lane) * factor, own, lane)
                }
            }
        }
    }

    /// Adds to each row those of `rows` before it, with their weights, which are sums themselves by then.
    @inline(__always)
    func substitute(_ rows: Range<Int>, weight: (_ row: Int, _ earlier: Int) -> Float) {
        for row in rows.dropFirst() {
            for earlier in rows.lowerBound..<row {
                let factor = broadcast(weight(row, earlier))
                for index in 0..<count {
                    let (own, its) = (panel(index, row: row), panel(index, row: earlier))
                    for lane in stride(from: 0, to: QueryBlock.width, by: Lanes.lanes) {
                        store(load(own, lane) + load(its, lane) * factor, own, lane)
                    }
                }
            }
        }
    }

    /// Whether each of the row's elements is a finite number. What lies past the last column is not looked at.
    func isFinite(_ row: Int) -> Bool {
        (0..<count).allSatisfy { index in
            areFinite(panel(index, row: row), count: min(QueryBlock.width, d - index * QueryBlock.width))
        }
    }
}
