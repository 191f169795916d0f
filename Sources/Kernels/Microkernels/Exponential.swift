import CVector

/// log2(e): e^x = 2^(x · log2(e)).
let log2E: Float = 1.442_695_04

/// 2^x, lane by lane, for x up to 1. −inf gives 0, 0 gives exactly 1, NaN stays NaN.
@inline(__always)
func exp2(_ x: Lanes) -> Lanes { ScaledExponential.exp2(x) }

/// tanh(x), lane by lane, within 3 units in the last place: ±inf give ±1, NaN stays NaN.
@inline(__always)
func tanh(_ x: Lanes) -> Lanes { vector_tanh(x) }

/// One of the forms in which 2^x can be computed (`Tuning.Exponential`). A form is a type, so that a loop has one of them
/// inlined and no branch.
protocol ExponentialForm {
    static func exp2(_ x: Lanes) -> Lanes
}

/// By the two instructions that AVX-512 has for it; elsewhere the same as `ShiftedExponential`.
enum ScaledExponential: ExponentialForm {
    @inline(__always) static func exp2(_ x: Lanes) -> Lanes { vector_exp2_scaled(x) }
}

/// By an addition that rounds and a shift that builds the power of two: four instructions more, each of which any CPU has
/// as one operation.
enum ShiftedExponential: ExponentialForm {
    @inline(__always) static func exp2(_ x: Lanes) -> Lanes { vector_exp2_shifted(x) }
}
