import CVector

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
