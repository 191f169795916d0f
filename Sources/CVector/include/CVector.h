#pragma once
// The vector operations that Swift 6 cannot say well, each one instruction on the targets that have it (named for
// AVX-512). SIMD16<Float>.addProduct without an FMA target becomes sixteen calls of libm, and conversions, shifts by a
// vector and `any` compile to code per lane; these inline to what they are.
//
// Widths: 16, 8 or 4 float32 lanes, whichever fills one register of the target. Swift sees the typedefs as
// SIMD16<Float>, SIMD8<Float> or SIMD4<Float>.

#if defined(__AVX512F__)
#define VECTOR_LANES 16
#elif defined(__AVX__)
#define VECTOR_LANES 8
#else
#define VECTOR_LANES 4
#endif

typedef float vector_float __attribute__((ext_vector_type(VECTOR_LANES)));
typedef int vector_int __attribute__((ext_vector_type(VECTOR_LANES)));

#define VECTOR_INLINE static inline __attribute__((always_inline))

// a·b + c, rounded once: vfmadd231ps. Without FMA the compiler would call libm per lane, so round twice there.
VECTOR_INLINE vector_float vector_fma(vector_float a, vector_float b, vector_float c) {
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

// The larger of a and b; b where either is NaN: vmaxps. (__builtin_elementwise_max orders NaN and costs three.)
VECTOR_INLINE vector_float vector_max(vector_float a, vector_float b) { return a > b ? a : b; }

// 2^x is fraction → polynomial → scale: x = floor(x) + fraction(x). Both take −inf to a result of exactly 0 and keep NaN.
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
// x − floor(x), 0 for ±inf: vreduceps.
VECTOR_INLINE vector_float vector_fraction(vector_float x) {
    return (vector_float)_mm512_reduce_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
// p · 2^floor(x), to the last denormal: vscalefps.
VECTOR_INLINE vector_float vector_scale(vector_float p, vector_float x) {
    return (vector_float)_mm512_scalef_ps((__m512)p, (__m512)x);
}
#else
// Without those instructions: clamp at −127, where the exponent field of 2^x reads 0.
VECTOR_INLINE vector_float vector_above_zero_exponent(vector_float x) { return x < -127.0f ? (vector_float)(-127.0f) : x; }
VECTOR_INLINE vector_float vector_floor(vector_float x) {
#if defined(__SSE4_1__) || defined(__aarch64__)
    return __builtin_elementwise_floor(x);
#else
    // No rounding instruction: adding 1.5·2^23 rounds to nearest; take one off where that went up.
    vector_float nearest = (x + 12582912.0f) - 12582912.0f;
    return nearest > x ? nearest - 1.0f : nearest;
#endif
}
VECTOR_INLINE vector_float vector_fraction(vector_float x) {
    x = vector_above_zero_exponent(x);
    return x - vector_floor(x);
}
VECTOR_INLINE vector_float vector_scale(vector_float p, vector_float x) {
    x = vector_floor(vector_above_zero_exponent(x));
    // A NaN converts to some integer; the product below is NaN all the same.
    vector_int bits = (__builtin_convertvector(x, vector_int) + 127) << 23;
    return p * (vector_float)bits;
}
#endif

// score where first ≤ key ≤ last, −inf elsewhere: two vpcmpd, one vblendmps.
VECTOR_INLINE vector_float vector_keep_visible(vector_float score, int key, vector_int first, vector_int last) {
    vector_int visible = (first <= key) & (last >= key);
    return visible ? score : (vector_float)(-__builtin_inff());
}

// a where first ≤ key ≤ last, b elsewhere.
VECTOR_INLINE vector_float vector_choose_visible(
    vector_float a, vector_float b, int key, vector_int first, vector_int last) {
    vector_int visible = (first <= key) & (last >= key);
    return visible ? a : b;
}

// Whether any lane differs from 1: vcmpps, kortest.
VECTOR_INLINE int vector_any_not_one(vector_float a) { return __builtin_reduce_or(a != 1.0f) != 0; }

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

// columns[i · stride + lane] = rows[lane][offset + i] for i < VECTOR_LANES.
VECTOR_INLINE void vector_gather_columns(const float *const *rows, long offset, float *columns, long stride) {
    vector_float square[VECTOR_LANES];
    for (int lane = 0; lane < VECTOR_LANES; lane++)
        __builtin_memcpy(&square[lane], rows[lane] + offset, sizeof(vector_float));
    vector_transpose(square);
    for (int i = 0; i < VECTOR_LANES; i++) __builtin_memcpy(columns + i * stride, &square[i], sizeof(vector_float));
}

// rows[lane][offset + i] = columns[i · stride + lane] · factor[lane] for i < count ≤ VECTOR_LANES and lane < lanes.
VECTOR_INLINE void vector_scatter_columns(
    const float *columns, long stride, vector_float factor, float *const *rows, long offset, long count, long lanes) {
    vector_float square[VECTOR_LANES];
    for (int i = 0; i < VECTOR_LANES; i++) {
        __builtin_memcpy(&square[i], columns + i * stride, sizeof(vector_float));
        square[i] *= factor;
    }
    vector_transpose(square);
    for (int lane = 0; lane < lanes; lane++)
        if (count == VECTOR_LANES) __builtin_memcpy(rows[lane] + offset, &square[lane], sizeof(vector_float));
        else __builtin_memcpy(rows[lane] + offset, &square[lane], count * sizeof(float));
}

// Not vectors: loops that find the CPU's ceilings, and what the processor says of itself.
#include "PeakLoops.h"
#include "Processor.h"
