#include "CacheWords.h"

// Rows into tiles. A row that is kept is written once and read for every token after it, so these are only as fast as
// filling a cache of gigabytes asks for.

VECTOR_INLINE void put_bits(int bits, int packed, char *words, long index, int part, unsigned element) {
    switch (bits) {
    case 32: __builtin_memcpy(words + 4 * index, &element, 4); return;
    case 16: {
        unsigned short half = (unsigned short)element;
        __builtin_memcpy(words + 2 * (index * packed + part), &half, 2);
        return;
    }
    default: {
        if (packed == 1) { words[index] = (char)element; return; }
        const int shift = part / 4 * bits;
        char *byte = words + 4 * index + part % 4;
        *byte = (char)((*byte & ~(((1 << bits) - 1) << shift)) | element << shift);
    }
    }
}

VECTOR_INLINE void put_key(int bits, int packed, char *words, long token, long d, const unsigned *elements) {
    const long blocks = packed > 2 ? CODE_BLOCKS : BLOCKS;
    for (long step = 0; step < d / packed; step++)
        UNROLLED for (int part = 0; part < packed; part++)
            put_bits(bits, packed, words,
                key_vector(blocks, d / packed, token / VECTOR_LANES, step) * VECTOR_LANES + token % VECTOR_LANES, part,
                elements[step * packed + part]);
}

VECTOR_INLINE void put_value(int bits, int packed, char *words, long token, long d, const unsigned *elements) {
    for (long x = 0; x < d; x++)
        put_bits(bits, packed, words,
            value_word(packed > 2 ? CODE_BLOCKS : BLOCKS, d, CACHE_TILE_TOKENS / packed, token / packed, x),
            (int)(token % packed), elements[x]);
}

#define EACH_PACKING(function, ...)                                    \
    switch (bits * 32 + packed) {                                      \
    case 32 * 32 + 1: function(32, 1, __VA_ARGS__); return;            \
    case 16 * 32 + 1: function(16, 1, __VA_ARGS__); return;            \
    case 16 * 32 + 2: function(16, 2, __VA_ARGS__); return;            \
    case 8 * 32 + 1: function(8, 1, __VA_ARGS__); return;              \
    case 8 * 32 + 4: function(8, 4, __VA_ARGS__); return;              \
    case 4 * 32 + 8: function(4, 8, __VA_ARGS__); return;              \
    default: function(2, 16, __VA_ARGS__); return;                     \
    }

void cache_put_key(int bits, int packed, void *words, long token, long d, const unsigned *elements) {
    EACH_PACKING(put_key, words, token, d, elements)
}

void cache_put_value(int bits, int packed, void *words, long token, long d, const unsigned *elements) {
    EACH_PACKING(put_value, words, token, d, elements)
}

VECTOR_INLINE unsigned short half_bits(float x) {
    _Float16 half = (_Float16)x;
    unsigned short bits;
    __builtin_memcpy(&bits, &half, sizeof bits);
    // What overflows is NaN: 0 times infinity would be no better.
    return (bits & 0x7c00) == 0x7c00 ? 0x7e00 : bits;
}

VECTOR_INLINE float half_value(unsigned short bits) {
    _Float16 half;
    __builtin_memcpy(&half, &bits, sizeof half);
    return (float)half;
}

void cache_encode(enum cache_codes codes, const float *elements, unsigned short scale[2], unsigned *result) {
    float least = elements[0], most = elements[0], largest = 0, taint = 0;
    for (int i = 0; i < 32; i++) {
        taint += elements[i] * 0.0f;
        least = elements[i] < least ? elements[i] : least;
        most = elements[i] > most ? elements[i] : most;
        largest = __builtin_fabsf(elements[i]) > __builtin_fabsf(largest) ? elements[i] : largest;
    }
    scale[1] = 0;
    if (codes == cache_codes_kivi) {
        scale[1] = half_bits(least);
        scale[0] = taint == 0 && half_value(scale[1]) == half_value(scale[1]) ? half_bits((most - least) / 3) : 0x7e00;
        const float step = half_value(scale[0]), minimum = half_value(scale[1]);
        for (int i = 0; i < 32; i++) {
            float count = step > 0 ? __builtin_rintf((elements[i] - minimum) / step) : 0;
            result[i] = (unsigned)(count < 0 ? 0 : count > 3 ? 3 : count);
        }
        return;
    }
    const float step = codes == cache_codes_q8_0 ? __builtin_fabsf(largest) / 127 : largest / -8;
    scale[0] = taint == 0 ? half_bits(step) : 0x7e00;
    const float stored = half_value(scale[0]), inverse = __builtin_fabsf(stored) > 0 ? 1 / step : 0;
    for (int i = 0; i < 32; i++) {
        const float count = inverse == 0 ? 0 : elements[i] * inverse;
        if (codes == cache_codes_q8_0) {
            // Halves away from zero.
            float whole = __builtin_truncf(count);
            whole += __builtin_fabsf(count - whole) >= 0.5f ? __builtin_copysignf(1, count) : 0;
            result[i] = (unsigned)((int)whole + 128);
        } else {
            const float up = count + 8.5f;
            result[i] = inverse == 0 ? 8 : (unsigned)(up < 15 ? up : 15);
        }
    }
}
