import Attention
import CVector

/// Some rows and some columns of a matrix.
struct MatrixPart {
    let rows: Range<Int>
    let columns: Range<Int>
}

/// A matrix in a tensor of any element type, and the orders in which products read parts of it, as float32.
///
/// Elements come in whole vectors. Past the last column of a part they hold what follows the row, which a tensor has room for, and
/// targets must have too.
struct ElementMatrix {
    let elements: UnsafeRawPointer
    let elementType: ElementType
    let columns: Int

    private func place(row: Int, column: Int) -> UnsafeRawPointer {
        elements + (row * columns + column) * elementType.byteCount
    }

    /// One row, for oracles: products copy parts of many.
    func row(_ row: Int) -> [Float] {
        let start = place(row: row, column: 0)
        return switch elementType {
        case .float32: (0..<columns).map { start.load(fromByteOffset: $0 * 4, as: Float.self) }
        case .bfloat16: (0..<columns).map { Float(start.load(fromByteOffset: $0 * 2, as: BFloat16.self)) }
        case .float16: (0..<columns).map { Float(start.load(fromByteOffset: $0 * 2, as: Float16.self)) }
        }
    }

    @inline(__always)
    private func widened(_ place: UnsafeRawPointer) -> Lanes {
        switch elementType {
        case .float32: Float32Rows.widened(place)
        case .bfloat16: BFloat16Rows.widened(place)
        case .float16: Float16Rows.widened(place)
        }
    }

    /// As they lie: [rows][stride].
    func copyRows(_ part: MatrixPart, into target: UnsafeMutablePointer<Float>, stride rowStride: Int) {
        for (index, row) in part.rows.enumerated() {
            let source = place(row: row, column: part.columns.lowerBound)
            let copy = target + index * rowStride
            for column in stride(from: 0, to: part.columns.count, by: Lanes.lanes) {
                store(widened(source + column * elementType.byteCount), copy, column)
            }
        }
    }

    /// In columns of eight: [columns / 8, rounded up][rows][8], so that the scalars of a register tile lie together.
    func copyColumns(_ part: MatrixPart, into target: UnsafeMutablePointer<Float>) {
        let (rows, eight) = (part.rows.count, Self.columnGranule)
        for (index, row) in part.rows.enumerated() {
            let source = place(row: row, column: part.columns.lowerBound)
            for column in stride(from: 0, to: part.columns.count, by: Lanes.lanes) {
                let lanes = widened(source + column * elementType.byteCount)
                withUnsafeBytes(of: lanes) { bytes in
                    let run = min(eight, Lanes.lanes)
                    for lane in stride(from: 0, to: Lanes.lanes, by: run) {
                        let (granule, place) = (column + lane).quotientAndRemainder(dividingBy: eight)
                        UnsafeMutableRawPointer(target + (granule * rows + index) * eight + place).copyMemory(
                            from: bytes.baseAddress! + lane * MemoryLayout<Float>.size,
                            byteCount: run * MemoryLayout<Float>.size)
                    }
                }
            }
        }
    }

    /// Columns that `copyColumns` lays side by side: whole register tiles.
    static let columnGranule = 8

    /// Floats that `copyColumns` writes at most, with those past the last column.
    static func columnFloats(rows: Int, columns: Int) -> Int { rows * (columns + Lanes.lanes) }

    /// The rows of a block of tokens, each in a lane: [columns][width].
    func transpose(_ lanes: TokenLanes, into target: UnsafeMutablePointer<Float>) {
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: QueryBlock.width) { rows in
            for lane in 0..<QueryBlock.width { rows[lane] = place(row: lanes.token(lane), column: 0) }
            gatherColumns(of: rows.baseAddress!, elementType.rowLayout, count: columns, into: target)
        }
    }

    /// Floats that `transpose` writes, with those past the last column.
    static func transposedFloats(columns: Int) -> Int { (columns + Lanes.lanes) * QueryBlock.width }

    /// The rows of a block of tokens into panels of columns, from a row of these on.
    func copyPanels(_ lanes: TokenLanes, into panels: ColumnPanels, row: Int) {
        for lane in 0..<QueryBlock.width {
            let source = place(row: lanes.token(lane), column: 0)
            switch elementType {
            case .float32: panels.take(Float32Rows.self, source, row: row + lane)
            case .bfloat16: panels.take(BFloat16Rows.self, source, row: row + lane)
            case .float16: panels.take(Float16Rows.self, source, row: row + lane)
            }
        }
    }
}

/// The tokens of a block, one a lane. Idle lanes of a last block repeat its last token.
struct TokenLanes {
    private let first: Int
    /// Lanes that are not idle.
    let taken: Range<Int>

    init(firstToken: Int, tokens: Int) {
        first = firstToken
        taken = 0..<min(QueryBlock.width, tokens - firstToken)
    }

    func token(_ lane: Int) -> Int { first + min(lane, taken.upperBound - 1) }
}

extension ElementType {
    /// As rows of float32 are read from it.
    var rowLayout: vector_element {
        switch self {
        case .float32: Float32Rows.layout
        case .bfloat16: BFloat16Rows.layout
        case .float16: Float16Rows.layout
        }
    }
}
