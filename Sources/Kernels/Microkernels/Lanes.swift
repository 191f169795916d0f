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

/// log2(e): e^x = 2^(x · log2(e)).
let log2E: Float = 1.442_695_04

/// 2^x: p(x − ⌊x⌋) · 2^⌊x⌋ with p a polynomial of degree 5 for 2^f on [0, 1), p(0) = 1, minimax in relative error
/// (Remez; 8.3·10⁻⁸). With the roundings, within 3.1 units in the last place (1.9·10⁻⁷) over all of float32. Seven
/// instructions with AVX-512. −inf gives 0, NaN stays NaN.
///
/// A degree less errs by 2.9·10⁻⁶. A degree more, or reducing to [−½, ½], costs an instruction and gains one unit.
@inline(__always)
func exp2(_ x: Lanes) -> Lanes {
    let f = vector_fraction(x)
    var p = vector_fma(f, broadcast(0.001_867_130_081_9), broadcast(0.009_017_030_284_4))
    p = vector_fma(p, f, broadcast(0.055_799_913_146_0))
    p = vector_fma(p, f, broadcast(0.240_164_450_136_1))
    p = vector_fma(p, f, broadcast(0.693_151_311_807_5))
    p = vector_fma(p, f, broadcast(1))
    return vector_scale(p, x)
}

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
