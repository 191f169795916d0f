#pragma once
// The vector operations that Swift 6 cannot say well, each one instruction on the targets that have it (named for
// AVX-512). SIMD16<Float>.addProduct without an FMA target becomes sixteen calls of libm, and conversions, shifts by a
// vector and `any` compile to code per lane; these inline to what they are.
//
// Widths: 16, 8 or 4 float32 lanes, whichever fills one register of the target. Swift sees the typedefs as
// SIMD16<Float>, SIMD8<Float> or SIMD4<Float>.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define VECTOR_LANES 16
#elif defined(__AVX__)
#define VECTOR_LANES 8
#else
#define VECTOR_LANES 4
#endif

typedef float vector_float __attribute__((ext_vector_type(VECTOR_LANES)));
typedef int vector_int __attribute__((ext_vector_type(VECTOR_LANES)));
typedef unsigned vector_word __attribute__((ext_vector_type(VECTOR_LANES)));

#define VECTOR_INLINE static inline __attribute__((always_inline))

#if defined(__FMA__) || defined(__aarch64__)
#define VECTOR_HAS_FMA 1
#else
#define VECTOR_HAS_FMA 0
#endif

// a·b + c, rounded once: vfmadd231ps. Without FMA the compiler would call libm per lane, so round twice there.
VECTOR_INLINE vector_float vector_fma(vector_float a, vector_float b, vector_float c) {
#if VECTOR_HAS_FMA
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

// The larger of a and b; b where either is NaN: vmaxps. (__builtin_elementwise_max orders NaN and costs three.)
VECTOR_INLINE vector_float vector_max(vector_float a, vector_float b) { return a > b ? a : b; }

// The smaller of the magnitude of a and b; b where either is NaN: vandps, vminps.
VECTOR_INLINE vector_float vector_smaller_magnitude(vector_float a, vector_float b) {
    vector_float magnitude = __builtin_elementwise_abs(a);
    return magnitude < b ? magnitude : b;
}

// The larger of the magnitude of a and b, which is no less than 0; NaN where either is NaN, since its bits are those of a larger
// number than infinity: vpand, vpmaxsd.
VECTOR_INLINE vector_float vector_larger_magnitude(vector_float a, vector_float b) {
    vector_int magnitude = (vector_int)a & 0x7fffffff, other = (vector_int)b;
    return (vector_float)(magnitude > other ? magnitude : other);
}

// 1 + c1·f + … + c5·f⁵: five vfmadd.
VECTOR_INLINE vector_float vector_polynomial(
    vector_float f, float c1, float c2, float c3, float c4, float c5) {
    vector_float p = vector_fma(f, (vector_float)(c5), (vector_float)(c4));
    p = vector_fma(p, f, (vector_float)(c3));
    p = vector_fma(p, f, (vector_float)(c2));
    p = vector_fma(p, f, (vector_float)(c1));
    return vector_fma(p, f, (vector_float)(1.0f));
}

// 2^x for x up to 1, in two forms: a polynomial of what is left of x beside a whole number, times two to that number. Both
// take −inf to exactly 0, 0 to exactly 1, and keep NaN. The polynomials are minimax in relative error (Remez), with
// p(0) = 1. A degree less errs by 2.9·10⁻⁶; a degree more costs an instruction and gains one unit in the last place.

// The form of shifts: vmaxps, vaddps, vsubps twice, the polynomial, vpslld, vmulps. Eleven instructions on any CPU, within
// 2.1 units in the last place. Below 2^−126.5 the result is 0.
VECTOR_INLINE vector_float vector_exp2_shifted(vector_float x) {
    // At 1.5·2^23 float32 has whole numbers only: adding it rounds x to the nearest one, and leaves that number in the lowest
    // bits. 127 more, and these bits are the exponent field of two to that number; it reads 0 at −127, where x is clamped.
    const vector_float magic = (vector_float)(12582912.0f + 127.0f);
    vector_float clamped = vector_max((vector_float)(-127.0f), x);
    vector_float shifted = clamped + magic;
    // On [−½, ½] within 9.1·10⁻⁸.
    vector_float p = vector_polynomial(
        clamped - (shifted - magic), 0.6931469775989f, 0.2402224208516f, 0.0555073374346f, 0.0096715126473f,
        0.0013264727157f);
    return p * (vector_float)((vector_word)shifted << 23);
}

// The form of the two instructions that AVX-512 has for this: vreduceps, the polynomial, vscalefps. Seven instructions,
// within 3.1 units in the last place, to the last denormal. Other targets have the form of shifts only.
VECTOR_INLINE vector_float vector_exp2_scaled(vector_float x) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
    // x − floor(x), 0 for ±inf.
    vector_float f = (vector_float)_mm512_reduce_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    // On [0, 1) within 8.3·10⁻⁸.
    vector_float p = vector_polynomial(
        f, 0.6931513118075f, 0.2401644501361f, 0.0557999131460f, 0.0090170302844f, 0.0018671300819f);
    // p · 2^floor(x).
    return (vector_float)_mm512_scalef_ps((__m512)p, (__m512)x);
#else
    return vector_exp2_shifted(x);
#endif
}
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define VECTOR_HAS_SCALE 1
#else
#define VECTOR_HAS_SCALE 0
#endif

// tanh(x) within 3 units in the last place; ±inf give ±1, NaN stays NaN. Below 0.625 it is x times a polynomial of x² (minimax in
// relative error, within 4.4·10⁻⁹), since the quotient (1 − e) / (1 + e), with e = 2^(−2·log2(e)·|x|), loses digits there; above it is
// the quotient. Both are computed: some twenty instructions, one of which is vdivps.
VECTOR_INLINE vector_float vector_tanh(vector_float x) {
    vector_float magnitude = __builtin_elementwise_abs(x);
    vector_float near = x * vector_polynomial(
        x * x, -0.3333328068256f, 0.1333144158125f, -0.0537397153676f, 0.0206390861422f, -0.0057049850002f);
    vector_float e = vector_exp2_scaled(magnitude * (vector_float)(-2.88539008178f));
    vector_float far = ((vector_float)(1.0f) - e) / ((vector_float)(1.0f) + e);
    return magnitude < 0.625f ? near : __builtin_elementwise_copysign(far, x);
}

// score where first ≤ key ≤ last, −inf elsewhere: two vpcmpd, one vblendmps.
VECTOR_INLINE vector_float vector_keep_visible(vector_float score, int key, vector_int first, vector_int last) {
    vector_int visible = (first <= key) & (last >= key);
    return visible ? score : (vector_float)(-__builtin_inff());
}

// Bit i: whether a is larger than b in lane i: vcmpps, vmovmskps.
VECTOR_INLINE unsigned vector_larger_lanes(vector_float a, vector_float b) {
#if VECTOR_LANES == 16 && defined(__AVX512F__)
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
#elif VECTOR_LANES == 8 && defined(__AVX__)
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_GT_OQ));
#else
    unsigned lanes = 0;
    for (int i = 0; i < VECTOR_LANES; i++) lanes |= (unsigned)(a[i] > b[i]) << i;
    return lanes;
#endif
}

// Whether any lane differs from 1: vcmpps, kortest.
VECTOR_INLINE int vector_any_not_one(vector_float a) { return __builtin_reduce_or(a != 1.0f) != 0; }

// Whether any lane is less than a limit: vcmpps, kortest.
VECTOR_INLINE int vector_any_less(vector_float a, float limit) { return __builtin_reduce_or(a < limit) != 0; }

// Whether all lanes are less than a limit, and none is NaN: vcmpps, kortest.
VECTOR_INLINE int vector_all_less(vector_float a, float limit) { return __builtin_reduce_and(a < limit) != 0; }

// Whether all lanes are 0: vcmpps, kortest.
VECTOR_INLINE int vector_all_zero(vector_float a) { return __builtin_reduce_and(a == 0.0f) != 0; }

VECTOR_INLINE float vector_horizontal_sum(vector_float a) {
    float sum = 0;
    for (int i = 0; i < VECTOR_LANES; i++) sum += a[i];
    return sum;
}

VECTOR_INLINE float vector_horizontal_max(vector_float a) {
    float largest = a[0];
    for (int i = 1; i < VECTOR_LANES; i++) largest = a[i] > largest ? a[i] : largest;
    return largest;
}

// The largest lane of a vector without NaN: vmaxps on halves, log2(lanes) times.
VECTOR_INLINE float vector_largest(vector_float a) {
#if VECTOR_LANES == 16 && defined(__AVX512F__)
    return _mm512_reduce_max_ps((__m512)a);
#else
    return vector_horizontal_max(a);
#endif
}

// The elements of a and b in turn, of the lower and of the upper half of both: vpermt2ps, vunpcklps on 4 lanes.
#if VECTOR_LANES == 16
#define VECTOR_INTERLEAVED(f) f, f + 16, f + 1, f + 17, f + 2, f + 18, f + 3, f + 19, \
                              f + 4, f + 20, f + 5, f + 21, f + 6, f + 22, f + 7, f + 23
#elif VECTOR_LANES == 8
#define VECTOR_INTERLEAVED(f) f, f + 8, f + 1, f + 9, f + 2, f + 10, f + 3, f + 11
#else
#define VECTOR_INTERLEAVED(f) f, f + 4, f + 1, f + 5
#endif

// Transposes a square of VECTOR_LANES rows in registers. Interleaving row i with row i + half, for all i, log2(lanes)
// times, is a transposition: each pass moves one bit of the row number into the column number.
VECTOR_INLINE void vector_transpose(vector_float rows[VECTOR_LANES]) {
    for (int width = 1; width < VECTOR_LANES; width *= 2) {
        vector_float next[VECTOR_LANES];
#pragma clang loop unroll(full)
        for (int i = 0; i < VECTOR_LANES / 2; i++) {
            vector_float a = rows[i], b = rows[i + VECTOR_LANES / 2];
            next[2 * i] = __builtin_shufflevector(a, b, VECTOR_INTERLEAVED(0));
            next[2 * i + 1] = __builtin_shufflevector(a, b, VECTOR_INTERLEAVED(VECTOR_LANES / 2));
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < VECTOR_LANES; i++) rows[i] = next[i];
    }
}

// How the elements of a tensor lie in memory. Widened bfloat16 lies as bfloat16 does, and becomes float32 where it is loaded,
// not words of two elements.
enum vector_element {
    vector_element_float32, vector_element_bfloat16, vector_element_float16, vector_element_widened_bfloat16
};

// bfloat16 as the upper half of a float32, rounded to nearest, ties to even; NaN stays NaN.
VECTOR_INLINE vector_word vector_bfloat16_bits(vector_float x) {
    vector_word bits = (vector_word)x;
    vector_word rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return x == x ? rounded : (vector_word)0x7fc0u;
}

// Rounds to 16 bits and stores: vcvtneps2bf16, vcvtps2ph.
VECTOR_INLINE void vector_store_16(vector_float x, enum vector_element element, void *target, long count) {
    typedef unsigned short half_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    half_lanes bits;
    if (element == vector_element_float16) {
        typedef _Float16 float16_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
        float16_lanes narrow = __builtin_convertvector(x, float16_lanes);
        __builtin_memcpy(&bits, &narrow, sizeof bits);
    } else {
#if defined(__AVX512BF16__) && VECTOR_LANES == 16
        __m256bh narrow = _mm512_cvtneps_pbh((__m512)x);
        __builtin_memcpy(&bits, &narrow, sizeof bits);
#else
        bits = __builtin_convertvector(vector_bfloat16_bits(x), half_lanes);
#endif
    }
    if (count == VECTOR_LANES) __builtin_memcpy(target, &bits, sizeof bits);
    else __builtin_memcpy(target, &bits, count * sizeof(unsigned short));
}

// Rounds to bfloat16 and stores, denormals too, which vcvtneps2bf16 makes 0: six instructions.
VECTOR_INLINE void vector_store_bfloat16_exactly(vector_float x, void *target, long count) {
    typedef unsigned short half_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    half_lanes bits = __builtin_convertvector(vector_bfloat16_bits(x), half_lanes);
    __builtin_memcpy(target, &bits, count * sizeof(unsigned short));
}

// Whether each of `count` bfloat16 is 0 or has a magnitude from 2^least up to, and without, 2^end: vpaddw, vpminuw,
// vpmaxuw. Twice the bits are the magnitude's; of a 0, one less is more than all others.
VECTOR_INLINE int vector_bfloat16_within(const void *elements, long count, int least, int end) {
    typedef unsigned short halves __attribute__((ext_vector_type(2 * VECTOR_LANES)));
    const unsigned short *source = (const unsigned short *)elements;
    halves smallest = (halves)0xffff, largest = (halves)0;
    long i = 0;
    for (; i + 2 * VECTOR_LANES <= count; i += 2 * VECTOR_LANES) {
        halves twice;
        __builtin_memcpy(&twice, source + i, sizeof twice);
        twice += twice;
        smallest = __builtin_elementwise_min(smallest, twice - (unsigned short)1);
        largest = __builtin_elementwise_max(largest, twice);
    }
    for (; i < count; i++) {
        const unsigned short twice = (unsigned short)(source[i] << 1);
        smallest = __builtin_elementwise_min(smallest, (halves)(unsigned short)(twice - 1));
        largest = __builtin_elementwise_max(largest, (halves)twice);
    }
    return __builtin_reduce_min(smallest) >= ((least + 127) << 8) - 1 && __builtin_reduce_max(largest) < (end + 127) << 8;
}

// VECTOR_LANES float16 as float32: vcvtph2ps.
VECTOR_INLINE vector_float vector_load_float16(const void *source) {
    typedef _Float16 float16_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    float16_lanes narrow;
    __builtin_memcpy(&narrow, source, sizeof narrow);
    return __builtin_convertvector(narrow, vector_float);
}

// VECTOR_LANES bfloat16 as float32: vpmovzxwd, vpslld.
VECTOR_INLINE vector_float vector_load_bfloat16(const void *source) {
    typedef unsigned short half_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    half_lanes bits;
    __builtin_memcpy(&bits, source, sizeof bits);
    return (vector_float)(__builtin_convertvector(bits, vector_word) << 16);
}

// VECTOR_LANES fp8 E4M3 as float32: vpmovsxbw, then vcvtph2ps of the same bits in float16's places, which is 2⁻⁸ of the
// value, denormals and all. Only 0x7f, which is NaN, has to be put right.
VECTOR_INLINE vector_float vector_load_fp8(const void *source) {
    typedef signed char byte_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    typedef short half_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    typedef _Float16 float16_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    byte_lanes bytes;
    __builtin_memcpy(&bytes, source, sizeof bytes);
    half_lanes wide = __builtin_convertvector(bytes, half_lanes);
    half_lanes bits = (wide << 7) & (short)0xbf80;
    bits |= ((wide & 0x7f) == 0x7f) & (short)0x7c00;
    return __builtin_convertvector((float16_lanes)bits, vector_float) * 256.0f;
}

// sum + a.low · b.low + a.high · b.high, each word two bfloat16: vdpbf16ps; two shifts, two masks and two multiplications
// with addition where there is no such instruction.
VECTOR_INLINE vector_float vector_bfloat16_dot(vector_float sum, vector_float a, vector_float b) {
#if defined(__AVX512BF16__) && VECTOR_LANES == 16
    return (vector_float)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
    vector_word high = 0xffff0000u;
    sum = vector_fma((vector_float)((vector_word)a << 16), (vector_float)((vector_word)b << 16), sum);
    return vector_fma((vector_float)((vector_word)a & high), (vector_float)((vector_word)b & high), sum);
#endif
}
#if defined(__AVX512BF16__) && VECTOR_LANES == 16
#define VECTOR_HAS_BFLOAT16_DOT 1
#else
#define VECTOR_HAS_BFLOAT16_DOT 0
#endif

// sum + Σ a.byte[i] · b.byte[i] over the four bytes of a word, those of a unsigned, those of b signed: vpdpbusd; eight
// shifts, four masks, four multiplications and additions where there is no such instruction.
VECTOR_INLINE vector_int vector_byte_dot(vector_int sum, vector_int a, vector_int b) {
#if defined(__AVX512VNNI__) && VECTOR_LANES == 16
    return (vector_int)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#else
    for (int shift = 0; shift < 32; shift += 8)
        sum += (vector_int)(((vector_word)a >> shift) & 0xffu) * ((vector_int)((vector_word)b << (24 - shift)) >> 24);
    return sum;
#endif
}

// Words of two bfloat16, low in the lower half: vcvtne2ps2bf16, vpermw.
VECTOR_INLINE vector_float vector_bfloat16_pairs(vector_float low, vector_float high) {
#if defined(__AVX512BF16__) && VECTOR_LANES == 16
    typedef unsigned short halves __attribute__((ext_vector_type(32)));
    halves apart = (halves)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
    return (vector_float)__builtin_shufflevector(apart, apart, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#else
    return (vector_float)(vector_bfloat16_bits(low) | vector_bfloat16_bits(high) << 16);
#endif
}

// pairs[i] = low[i] | high[i] << 16 for i < VECTOR_LANES, of 16-bit elements: vpmovzxwd, vpslld, vpord.
VECTOR_INLINE void vector_interleave_16(const unsigned short *low, const unsigned short *high, float *pairs) {
    typedef unsigned short half_lanes __attribute__((ext_vector_type(VECTOR_LANES)));
    half_lanes l, h;
    __builtin_memcpy(&l, low, sizeof l);
    __builtin_memcpy(&h, high, sizeof h);
    vector_word words = __builtin_convertvector(l, vector_word) | __builtin_convertvector(h, vector_word) << 16;
    __builtin_memcpy(pairs, &words, sizeof words);
}

// columns[i · stride + lane] = rows[lane][offset + i] for i < VECTOR_LANES: float16 and widened bfloat16 as float32, else
// words as they are.
VECTOR_INLINE void vector_gather_columns(
    const void *const *rows, enum vector_element element, long offset, float *columns, long stride) {
    vector_float square[VECTOR_LANES];
    for (int lane = 0; lane < VECTOR_LANES; lane++)
        if (element == vector_element_float16) square[lane] = vector_load_float16((const _Float16 *)rows[lane] + offset);
        else if (element == vector_element_widened_bfloat16)
            square[lane] = vector_load_bfloat16((const unsigned short *)rows[lane] + offset);
        else __builtin_memcpy(&square[lane], (const float *)rows[lane] + offset, sizeof(vector_float));
    vector_transpose(square);
    for (int i = 0; i < VECTOR_LANES; i++) __builtin_memcpy(columns + i * stride, &square[i], sizeof(vector_float));
}

// rows[lane][offset + i] = columns[i · stride + lane] · factor[lane] for i < count ≤ VECTOR_LANES and lane < lanes.
VECTOR_INLINE void vector_scatter_columns(
    const float *columns, long stride, vector_float factor, void *const *rows, enum vector_element element, long offset,
    long count, long lanes) {
    vector_float square[VECTOR_LANES];
    for (int i = 0; i < VECTOR_LANES; i++) {
        __builtin_memcpy(&square[i], columns + i * stride, sizeof(vector_float));
        square[i] *= factor;
    }
    vector_transpose(square);
    // Nearly every call; with its bounds known the square stays in registers.
    if (element == vector_element_float32 && count == VECTOR_LANES && lanes == VECTOR_LANES) {
        for (int lane = 0; lane < VECTOR_LANES; lane++)
            __builtin_memcpy((float *)rows[lane] + offset, &square[lane], sizeof(vector_float));
        return;
    }
    for (int lane = 0; lane < lanes; lane++) {
        if (element == vector_element_float32)
            __builtin_memcpy((float *)rows[lane] + offset, &square[lane], count * sizeof(float));
        else
            vector_store_16(square[lane], element, (unsigned short *)rows[lane] + offset, count);
    }
}

// Asks for a cache line: prefetcht0, prefetchw. (prefetcht1, which asks for the second level only, hid less of the delay
// on Zen 5, though by the time a line is needed it has moved there anyway.)
VECTOR_INLINE void vector_prefetch(const void *line) { __builtin_prefetch(line, 0, 3); }
VECTOR_INLINE void vector_prefetch_for_writing(const void *line) { __builtin_prefetch(line, 1, 3); }

// Not inlined: products with tiles of a cache.
#include "CacheTiles.h"

// Not vectors: sums in double, for the rows whose sums leave the range of float32.

// The sum of a[i] · b[i] for i < d.
double wide_dot(enum vector_element element, const void *a, const void *b, long d);

// sums[i] += weight · value[i] for i < d.
void wide_add(enum vector_element element, double weight, const void *value, double *sums, long d);
