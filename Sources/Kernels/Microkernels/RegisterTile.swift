import CVector

/// A tile of sums kept in registers: some rows by `QueryBlock.width` lanes. Both products of attention are the same
/// loop: each step multiplies one word per row (of K, or of V) with one row of a matrix whose columns are queries
/// (Qᵀ, or Pᵀ).
///
/// The rows are a type, not a loop: `Both<Both<Row<P>, Row<P>>, Row<P>>` is three rows, laid out and unrolled by the compiler,
/// every sum in a register. An array of sums would be spilled; sixteen named variables, copied for each geometry, are
/// what this replaces.
protocol RegisterTile {
    static var rows: Int { get }

    /// The rows from `firstRow` of `scalars` on; their sums start at 0, or at what `initial` holds [rows][width].
    init(_ scalars: ScalarRows, firstRow: Int, initial: UnsafeMutablePointer<Float>?)

    /// Adds the product of each row's scalar at `offset` and the two vectors of this step.
    mutating func accumulate(_ offset: Int, _ left: Lanes, _ right: Lanes)

    /// Writes the sums [rows][width].
    func write(to sums: UnsafeMutablePointer<Float>)

    /// The larger of `left`, `right` and every row's sums, lane by lane.
    func maximum(_ left: Lanes, _ right: Lanes) -> (Lanes, Lanes)
}

/// Where the rows of a tile find their scalars. Rows past the last repeat it: a tile that is not full computes it again
/// and nobody reads the result.
struct ScalarRows {
    let base: UnsafePointer<Float>
    let stride: Int
    let lastRow: Int

    /// Wrapping arithmetic: a check a row costs more than the sixteenth part of a short tile.
    @inline(__always)
    subscript(row: Int) -> UnsafePointer<Float> { base + min(row, lastRow) &* stride }
}

/// One row: two vectors of queries.
struct Row<Product: TileProduct>: RegisterTile {
    private let scalars: UnsafePointer<Float>
    private var left: Lanes
    private var right: Lanes

    static var rows: Int { 1 }

    @inline(__always)
    init(_ scalars: ScalarRows, firstRow: Int, initial: UnsafeMutablePointer<Float>?) {
        self.scalars = scalars[firstRow]
        if let initial {
            left = load(initial, firstRow * QueryBlock.width)
            right = load(initial, firstRow * QueryBlock.width + Lanes.lanes)
        } else {
            left = .zero
            right = .zero
        }
    }

    @inline(__always)
    mutating func accumulate(_ offset: Int, _ left: Lanes, _ right: Lanes) {
        let scalar = broadcast(scalars[offset])
        self.left = Product.accumulate(self.left, scalar, left)
        self.right = Product.accumulate(self.right, scalar, right)
    }

    @inline(__always)
    func write(to sums: UnsafeMutablePointer<Float>) {
        store(left, sums, 0)
        store(right, sums, Lanes.lanes)
    }

    @inline(__always)
    func maximum(_ left: Lanes, _ right: Lanes) -> (Lanes, Lanes) {
        (vector_max(self.left, left), vector_max(self.right, right))
    }
}

/// The rows of one tile, then those of another.
struct Both<Upper: RegisterTile, Lower: RegisterTile>: RegisterTile {
    private var upper: Upper
    private var lower: Lower

    static var rows: Int { Upper.rows + Lower.rows }

    @inline(__always)
    init(_ scalars: ScalarRows, firstRow: Int, initial: UnsafeMutablePointer<Float>?) {
        upper = Upper(scalars, firstRow: firstRow, initial: initial)
        lower = Lower(scalars, firstRow: firstRow + Upper.rows, initial: initial)
    }

    @inline(__always)
    mutating func accumulate(_ offset: Int, _ left: Lanes, _ right: Lanes) {
        upper.accumulate(offset, left, right)
        lower.accumulate(offset, left, right)
    }

    @inline(__always)
    func write(to sums: UnsafeMutablePointer<Float>) {
        upper.write(to: sums)
        lower.write(to: sums + Upper.rows * QueryBlock.width)
    }

    @inline(__always)
    func maximum(_ left: Lanes, _ right: Lanes) -> (Lanes, Lanes) {
        let (left, right) = upper.maximum(left, right)
        return lower.maximum(left, right)
    }
}
