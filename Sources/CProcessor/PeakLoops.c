#include "CProcessor.h"

#include "CVector.h"

#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

// Sixteen registers hold 12 chains and two operands; thirty-two hold 24.
#if defined(__AVX512F__) || defined(__aarch64__)
#define CHAINS 24
#else
#define CHAINS 12
#endif

int peak_float32_flops(void) { return 2 * VECTOR_LANES * CHAINS; }

#if defined(__AVX512BF16__)
int peak_bfloat16_flops(void) { return 4 * VECTOR_LANES * CHAINS; }
#else
int peak_bfloat16_flops(void) { return 0; }
#endif

// Lane 0, from a vector of which the compiler must think that every lane is used.
static float first_of_all(vector_float lanes) {
    __asm__ volatile("" : "+x"(lanes));
    return lanes[0];
}

// x = x/2 + 1 tends to 2, so the numbers stay normal however long it runs. The chains begin at different values, or
// they would be one chain.
float peak_float32_rounds(long rounds) {
    vector_float half = (vector_float)(0.5f), one = (vector_float)(1.0f);
    vector_float chain[CHAINS];
    for (int i = 0; i < CHAINS; i++) chain[i] = (vector_float)((float)(i + (rounds & 1)));
    // Hidden from the compiler, which would otherwise be free to use that they are constants.
    __asm__ volatile("" : "+x"(half), "+x"(one));
    for (long round = 0; round < rounds; round++) {
#pragma unroll
        for (int i = 0; i < CHAINS; i++) chain[i] = vector_fma(chain[i], half, one);
    }
    vector_float sum = (vector_float)(0.0f);
    for (int i = 0; i < CHAINS; i++) sum += chain[i];
    return first_of_all(sum);
}

#if defined(__AVX512BF16__)
float peak_bfloat16_rounds(long rounds) {
    __m512bh left = (__m512bh)_mm512_set1_epi16(0x3f80), right = (__m512bh)_mm512_set1_epi16(0x3f80);
    __m512 chain[CHAINS];
    for (int i = 0; i < CHAINS; i++) chain[i] = _mm512_set1_ps((float)(i + (rounds & 1)));
    __asm__ volatile("" : "+x"(left), "+x"(right));
    for (long round = 0; round < rounds; round++) {
#pragma unroll
        for (int i = 0; i < CHAINS; i++) chain[i] = _mm512_dpbf16_ps(chain[i], left, right);
    }
    __m512 sum = _mm512_setzero_ps();
    for (int i = 0; i < CHAINS; i++) sum = _mm512_add_ps(sum, chain[i]);
    return _mm512_reduce_add_ps(sum);
}
#else
float peak_bfloat16_rounds(long rounds) { return (float)rounds; }
#endif

float peak_read(const void *start, size_t bytes) {
    enum { chains = 16 };
    const vector_float *data = start;
    vector_float sum[chains];
    for (int i = 0; i < chains; i++) sum[i] = (vector_float)(0.0f);
    for (size_t at = 0; at + chains <= bytes / sizeof(vector_float); at += chains) {
#pragma unroll
        for (int i = 0; i < chains; i++) sum[i] += data[at + i];
    }
    vector_float total = (vector_float)(0.0f);
    for (int i = 0; i < chains; i++) total += sum[i];
    return first_of_all(total);
}

enum { cache_line = 64 };

void flush_from_caches(const void *start, size_t bytes) {
    const char *line = start;
    for (size_t at = 0; at < bytes; at += cache_line) {
#if defined(__CLFLUSHOPT__)
        _mm_clflushopt((void *)(line + at));
#elif defined(__x86_64__)
        _mm_clflush(line + at);
#elif defined(__aarch64__)
        __asm__ volatile("dc civac, %0" : : "r"(line + at) : "memory");
#endif
    }
    // Later reads must not overtake it.
#if defined(__x86_64__)
    _mm_mfence();
#elif defined(__aarch64__)
    __asm__ volatile("dsb ish" : : : "memory");
#endif
}

// As many rows as the register tile of the kernels has (TileGeometry.swift).
#if defined(__AVX512F__) || defined(__aarch64__)
#define TILE_ROWS 8
#elif defined(__AVX__)
#define TILE_ROWS 6
#else
#define TILE_ROWS 4
#endif

enum {
    tile_depth = 64,
    tile_key_floats = tile_depth * 2 * VECTOR_LANES,
    tile_floats = tile_key_floats + tile_depth * TILE_ROWS,
};

// 10 KiB with AVX-512. Small, so that sums stay normal numbers however many turns there are.
static const float tile_operands[tile_floats] __attribute__((aligned(64))) = {[0 ... tile_floats - 1] = 0x1p-10f};

int peak_tile_flops(void) { return 2 * 2 * VECTOR_LANES * TILE_ROWS * tile_depth; }

float peak_tile_turns(long turns) {
    const float *keys = tile_operands, *queries = tile_operands + tile_key_floats;
    vector_float sum[TILE_ROWS][2];
    for (int row = 0; row < TILE_ROWS; row++) sum[row][0] = sum[row][1] = (vector_float)(0.0f);
    for (long turn = 0; turn < turns; turn++) {
        // Hidden from the compiler, which would otherwise load the constants once for all turns.
        __asm__ volatile("" : "+r"(keys), "+r"(queries));
        for (int at = 0; at < tile_depth; at++) {
            vector_float left = ((const vector_float *)keys)[2 * at], right = ((const vector_float *)keys)[2 * at + 1];
#pragma unroll
            for (int row = 0; row < TILE_ROWS; row++) {
                vector_float query = (vector_float)(queries[at * TILE_ROWS + row]);
                sum[row][0] = vector_fma(left, query, sum[row][0]);
                sum[row][1] = vector_fma(right, query, sum[row][1]);
            }
        }
    }
    vector_float total = (vector_float)(0.0f);
    for (int row = 0; row < TILE_ROWS; row++) total += sum[row][0] + sum[row][1];
    return first_of_all(total);
}

#if defined(__aarch64__)
#define ADD_ONE "add %0, %0, #1\n\t"
#else
// Not inc or add of an immediate: recent CPUs do those at renaming, several a cycle.
#define ADD_ONE "add %1, %0\n\t"
#endif
#define TEN(x) x x x x x x x x x x

long dependent_additions(long hundreds) {
    long sum = 0, one = 1;
    for (long i = 0; i < hundreds; i++) {
#if defined(__aarch64__)
        __asm__ volatile(TEN(TEN(ADD_ONE)) : "+r"(sum));
#else
        __asm__ volatile(TEN(TEN(ADD_ONE)) : "+r"(sum) : "r"(one));
#endif
    }
    (void)one;
    return sum;
}
