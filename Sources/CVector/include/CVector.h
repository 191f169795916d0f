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

// Not vectors: loops that find the CPU's ceilings, and what the processor says of itself.
#include "PeakLoops.h"
#include "Processor.h"
