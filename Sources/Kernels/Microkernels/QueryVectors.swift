import CVector

/// The vectors of a block of queries that a tile multiplies each broadcast scalar with: both, or the one that sees a
/// key which the other does not.
protocol QueryVectors {
    init(repeating value: Float)
    init(loading floats: UnsafePointer<Float>)
    func write(to floats: UnsafeMutablePointer<Float>)

    /// self += scalar · step
    mutating func accumulate<Product: TileProduct>(_: Product.Type, _ scalar: Lanes, _ step: Self)
    func maximum(_ other: Self) -> Self
}

/// Both vectors of a block: each scalar is used twice.
struct TwoVectors: QueryVectors {
    let left: Lanes
    let right: Lanes

    @inline(__always)
    init(left: Lanes, right: Lanes) { (self.left, self.right) = (left, right) }

    @inline(__always)
    init(repeating value: Float) { self.init(left: broadcast(value), right: broadcast(value)) }

    @inline(__always)
    init(loading floats: UnsafePointer<Float>) { self.init(left: load(floats, 0), right: load(floats, Lanes.lanes)) }

    @inline(__always)
    func write(to floats: UnsafeMutablePointer<Float>) {
        store(left, floats, 0)
        store(right, floats, Lanes.lanes)
    }

    @inline(__always)
    mutating func accumulate<Product: TileProduct>(_: Product.Type, _ scalar: Lanes, _ step: TwoVectors) {
        self = TwoVectors(
            left: Product.accumulate(left, scalar: scalar, vector: step.left),
            right: Product.accumulate(right, scalar: scalar, vector: step.right))
    }

    @inline(__always)
    func maximum(_ other: TwoVectors) -> TwoVectors {
        TwoVectors(left: vector_max(left, other.left), right: vector_max(right, other.right))
    }
}

/// One vector of the two; pointers point at it.
struct OneVector: QueryVectors {
    private var lanes: Lanes

    @inline(__always)
    init(repeating value: Float) { lanes = broadcast(value) }

    @inline(__always)
    init(loading floats: UnsafePointer<Float>) { lanes = load(floats, 0) }

    @inline(__always)
    func write(to floats: UnsafeMutablePointer<Float>) { store(lanes, floats, 0) }

    @inline(__always)
    mutating func accumulate<Product: TileProduct>(_: Product.Type, _ scalar: Lanes, _ step: OneVector) {
        lanes = Product.accumulate(lanes, scalar: scalar, vector: step.lanes)
    }

    @inline(__always)
    func maximum(_ other: OneVector) -> OneVector {
        var larger = self
        larger.lanes = vector_max(lanes, other.lanes)
        return larger
    }
}
