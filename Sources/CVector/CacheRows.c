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

void cache_encode(enum cache_codes codes, const float *elements, unsigned short scale[2], unsigned *result) {
    struct cache_block block = {elements, elements[0], elements[0], 0, 0};
    float taint = 0;
    for (int i = 0; i < 32; i++) {
        taint += elements[i] * 0.0f;
        block.least = elements[i] < block.least ? elements[i] : block.least;
        block.most = elements[i] > block.most ? elements[i] : block.most;
        block.largest = __builtin_fabsf(elements[i]) > __builtin_fabsf(block.largest) ? elements[i] : block.largest;
    }
    block.finite = taint == 0;
    scale[1] = 0;
#define ENCODE(name, ...) case cache_codes_##name: cache_encode_##name(block, scale, result); return;
    switch (codes) { EACH_CACHE_CODE(ENCODE) }
}
