#pragma once
// The codes of a cache's blocks: small integers, 32 of which share a scale in float16. A new code is one row here and the
// function cache_encode_NAME below it.
//
//   row(name, bits, bias, minimum, along_tokens)
//     bits          of a code: 8, 4 or 2, so that a word of 32 bits holds whole codes
//     bias          the code of zero
//     minimum       1 where the elements share a minimum too, in float16, from which their codes count
//     along_tokens  1 where a block of keys is one channel of 32 tokens, and not 32 channels of one token
#define EACH_CACHE_CODE(row, ...)         \
    row(q8_0, 8, 128, 0, 0, __VA_ARGS__)  \
    row(q4_0, 4, 8, 0, 0, __VA_ARGS__)    \
    row(kivi2, 2, 0, 1, 1, __VA_ARGS__)

#define CACHE_CODE_NAME(name, ...) cache_codes_##name,
enum cache_codes { EACH_CACHE_CODE(CACHE_CODE_NAME) };

VECTOR_INLINE unsigned short cache_half_bits(float x) {
    _Float16 half = (_Float16)x;
    unsigned short bits;
    __builtin_memcpy(&bits, &half, sizeof bits);
    // What overflows is NaN: 0 times infinity would be no better.
    return (bits & 0x7c00) == 0x7c00 ? 0x7e00 : bits;
}

VECTOR_INLINE float cache_half_value(unsigned short bits) {
    _Float16 half;
    __builtin_memcpy(&half, &bits, sizeof half);
    return (float)half;
}

// What a block has to tell an encoder.
struct cache_block {
    const float *elements;
    float least, most;
    // The element of largest magnitude, with its sign.
    float largest;
    // Whether every element is finite.
    int finite;
};

// A product and the sum that it goes into are two statements here: in one, the compiler rounds them once, and an element
// half-way between two codes gets another one than the codec gives it.
//
// Each writes 32 codes, the scale and, where there is one, the minimum, as BlockCodec.swift says. A block that cannot be
// stored truthfully has the scale NaN.

VECTOR_INLINE void cache_encode_q8_0(struct cache_block block, unsigned short scale[2], unsigned *codes) {
    const float step = __builtin_fabsf(block.largest) / 127;
    scale[0] = block.finite ? cache_half_bits(step) : 0x7e00;
    const float inverse = cache_half_value(scale[0]) > 0 ? 1 / step : 0;
    for (int i = 0; i < 32; i++) {
        // Halves away from zero.
        const float count = inverse == 0 ? 0 : block.elements[i] * inverse;
        float whole = __builtin_truncf(count);
        whole += __builtin_fabsf(count - whole) >= 0.5f ? __builtin_copysignf(1, count) : 0;
        codes[i] = (unsigned)((int)whole + 128);
    }
}

VECTOR_INLINE void cache_encode_q4_0(struct cache_block block, unsigned short scale[2], unsigned *codes) {
    const float step = block.largest / -8;
    scale[0] = block.finite ? cache_half_bits(step) : 0x7e00;
    const float inverse = __builtin_fabsf(cache_half_value(scale[0])) > 0 ? 1 / step : 0;
    for (int i = 0; i < 32; i++) {
        const float count = block.elements[i] * inverse;
        const float up = count + 8.5f;
        codes[i] = inverse == 0 ? 8 : (unsigned)(up < 15 ? up : 15);
    }
}

VECTOR_INLINE void cache_encode_kivi2(struct cache_block block, unsigned short scale[2], unsigned *codes) {
    scale[1] = cache_half_bits(block.least);
    const float minimum = cache_half_value(scale[1]);
    scale[0] = block.finite && minimum == minimum ? cache_half_bits((block.most - block.least) / 3) : 0x7e00;
    const float step = cache_half_value(scale[0]);
    for (int i = 0; i < 32; i++) {
        const float count = step > 0 ? __builtin_rintf((block.elements[i] - minimum) / step) : 0;
        codes[i] = (unsigned)(count < 0 ? 0 : count > 3 ? 3 : count);
    }
}
