import CVector

/// A tile of sums kept in registers: some rows by the vectors of queries of `Queries`. Both products of attention are
/// the same loop: each step multiplies one word per row (of K, or of V) with one row of a matrix whose columns are
/// queries (Qᵀ, or Pᵀ).
///
/// The rows are a type, not a loop: `Both<Both<Row, Row>, Row>` is three rows, laid out and unrolled by the compiler,
/// every sum in a register. An array of sums would be spilled; sixteen named variables, copied for each geometry, are
/// what this replaces.
protocol RegisterTile {
    associatedtype Queries: QueryVectors
    static var rows: Int { get }

    /// The rows from `firstRow` of `scalars` on; their sums start at 0, or at what `initial` holds
    /// [rows][QueryBlock.width].
    init(_ scalars: ScalarRows, firstRow: Int, initial: UnsafeMutablePointer<Float>?)

    /// Adds the product of each row's scalar at `offset` and the vectors of this step.
    mutating func accumulate(_ offset: Int, _ step: Queries)

    /// Writes the sums [rows][QueryBlock.width].
    func write(to sums: UnsafeMutablePointer<Float>)

    /// The larger of `largest` and every row's sums, lane by lane.
    func maximum(_ largest: Queries) -> Queries
}

/// Where the rows of a tile find their scalars. Rows past the last repeat it: a tile that is not full computes it again
/// and the result is not read.
struct ScalarRows {
    let base: UnsafePointer<Float>
    let stride: Int
    let lastRow: Int

    /// Wrapping arithmetic: a check a row costs more than the sixteenth part of a short tile.
    @inline(__always)
    subscript(row: Int) -> UnsafePointer<Float> { base + min(row, lastRow) &* stride }
}

/// One row.
struct Row<Product: TileProduct, Queries: QueryVectors>: RegisterTile {
    private let scalars: UnsafePointer<Float>
    private var sums: Queries

    static var rows: Int { 1 }

    @inline(__always)
    init(_ scalars: ScalarRows, firstRow: Int, initial: UnsafeMutablePointer<Float>?) {
        self.scalars = scalars[firstRow]
        sums = initial.map { Queries(loading: $0 + firstRow * QueryBlock.width) } ?? Queries(repeating: 0)
    }

    @inline(__always)
    mutating func accumulate(_ offset: Int, _ step: Queries) {
        sums.accumulate(Product.self, broadcast(scalars[offset]), step)
    }

    @inline(__always)
    func write(to sums: UnsafeMutablePointer<Float>) { self.sums.write(to: sums) }

    @inline(__always)
    func maximum(_ largest: Queries) -> Queries { sums.maximum(largest) }
}

/// The rows of one tile, then those of another.
struct Both<Upper: RegisterTile, Lower: RegisterTile>: RegisterTile where Upper.Queries == Lower.Queries {
    private var upper: Upper
    private var lower: Lower

    static var rows: Int { Upper.rows + Lower.rows }

    @inline(__always)
    init(_ scalars: ScalarRows, firstRow: Int, initial: UnsafeMutablePointer<Float>?) {
        upper = Upper(scalars, firstRow: firstRow, initial: initial)
        lower = Lower(scalars, firstRow: firstRow + Upper.rows, initial: initial)
    }

    @inline(__always)
    mutating func accumulate(_ offset: Int, _ step: Upper.Queries) {
        upper.accumulate(offset, step)
        lower.accumulate(offset, step)
    }

    @inline(__always)
    func write(to sums: UnsafeMutablePointer<Float>) {
        upper.write(to: sums)
        lower.write(to: sums + Upper.rows * QueryBlock.width)
    }

    @inline(__always)
    func maximum(_ largest: Upper.Queries) -> Upper.Queries { lower.maximum(upper.maximum(largest)) }
}
