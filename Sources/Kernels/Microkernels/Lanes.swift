import CVector

/// As many float32 as one register of the target holds: 16 with AVX-512, 8 with AVX2, else 4. Every vector operation
/// of the kernels is here or an operator of SIMD; those that come from C name their instruction there.
typealias Lanes = vector_float
/// Per-lane key positions, as wide as `Lanes`.
typealias IntegerLanes = vector_int

extension SIMD where Scalar == Float {
    static var lanes: Int { scalarCount }
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
