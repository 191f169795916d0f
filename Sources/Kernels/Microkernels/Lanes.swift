import CVector

/// As many float32 as one register of the target holds: 16 with AVX-512, 8 with AVX2, else 4. Every vector operation
/// of the kernels is here or an operator of SIMD; those that come from C name their instruction there.
typealias Lanes = vector_float
/// Per-lane key positions, as wide as `Lanes`.
typealias IntegerLanes = vector_int

extension SIMD where Scalar == Float {
    static var lanes: Int { scalarCount }

    /// So many elements, rounded up to whole vectors.
    static func wholeVectors(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }
}

@inline(__always)
func load(_ pointer: UnsafePointer<Float>, _ offset: Int) -> Lanes {
    UnsafeRawPointer(pointer + offset).loadUnaligned(as: Lanes.self)
}

@inline(__always)
func load(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int) -> Lanes {
    UnsafeRawPointer(pointer + offset).loadUnaligned(as: Lanes.self)
}

@inline(__always)
func load(_ pointer: UnsafePointer<Int32>, _ offset: Int) -> IntegerLanes {
    UnsafeRawPointer(pointer + offset).loadUnaligned(as: IntegerLanes.self)
}

@inline(__always)
func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>, _ offset: Int) {
    UnsafeMutableRawPointer(pointer + offset).storeBytes(of: value, as: Lanes.self)
}

@inline(__always)
func broadcast(_ value: Float) -> Lanes { Lanes(repeating: value) }

/// Whether none of `count` values is NaN or infinite: x − x is 0 for finite x and NaN otherwise, and a sum keeps it.
func areFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
    var first = Lanes.zero
    var second = Lanes.zero
    var index = 0
    while index + 2 * Lanes.lanes <= count {
        let (a, b) = (load(values, index), load(values, index + Lanes.lanes))
        first += a - a
        second += b - b
        index += 2 * Lanes.lanes
    }
    var rest: Float = 0
    while index < count {
        rest += values[index] - values[index]
        index += 1
    }
    return rest == 0 && vector_all_zero(first + second) != 0
}

/// Whether no lane of two vectors is NaN or infinite.
@inline(__always)
func areFinite(_ a: Lanes, and b: Lanes) -> Bool { vector_all_zero((a - a) + (b - b)) != 0 }

extension UnsafeMutablePointer<Float> {
    /// From a line of the cache on, so that a vector at a multiple of its length lies in one line.
    static func allocateZeros(_ count: Int) -> UnsafeMutablePointer<Float> {
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.size, alignment: 64)
        let floats = bytes.bindMemory(to: Float.self, capacity: count)
        floats.initialize(repeating: 0, count: count)
        return floats
    }
}
