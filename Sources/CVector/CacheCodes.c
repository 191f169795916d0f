// Tiles of codes as float32, and products with codes as they lie.

#include "CacheWords.h"

// How far ahead codes are asked for. It is a constant, and not a choice of the machine as for plain words: the products of
// codes need all registers. With a distance in one more, q8_0 was measured slower by some 7 %; as much may come from where
// the linker puts the loops.
#define CODE_AHEAD 8192

// Scales as float32, `count` a multiple of VECTOR_LANES: one by one they would cost more than the codes.
VECTOR_INLINE void load_halves(const char *halves, long count, float *floats) {
    for (long i = 0; i < count; i += VECTOR_LANES) store_words(vector_load_float16(halves + 2 * i), floats + i);
}

struct code_form { int bits, bias, minimum, along_tokens; };

#define CODE_FORM(name, bits, bias, minimum, along_tokens, ...) \
    case cache_codes_##name: return (struct code_form){bits, bias, minimum, along_tokens};
VECTOR_INLINE struct code_form form_of(enum cache_codes codes) {
    switch (codes) { EACH_CACHE_CODE(CODE_FORM) }
    __builtin_unreachable();
}

VECTOR_INLINE vector_float code(vector_float words, int shift, int bits, int bias) {
    vector_word code = ((vector_word)words >> shift) & ((1u << bits) - 1);
    return __builtin_convertvector((vector_int)code - bias, vector_float);
}

// Of the keys or the values of a tile.
#define MOST_SCALES (CACHE_TILE_TOKENS / 32 * CACHE_LARGEST_DIMENSION)

VECTOR_INLINE void unpack_key_codes(
    enum cache_codes codes, const char *keys, const char *scales, long d, float *unpacked) {
    const struct code_form form = form_of(codes);
    const int bits = form.bits, packed = 32 / bits, bias = form.bias;
    const long groups = CACHE_TILE_TOKENS / 32 * d;
    float steps[MOST_SCALES], minima[MOST_SCALES];
    load_halves(scales, groups, steps);
    if (form.minimum) load_halves(scales + 2 * groups, groups, minima);
    for (long b = 0; b < TILE_BLOCKS; b++)
        for (long i = 0; i < d / packed; i++) {
            const char *source = keys + key_vector(CODE_BLOCKS, d / packed, b, i) * VECTOR_LANES * 4;
            vector_float words = load_words(source);
            fetch(CODE_AHEAD, source, VECTOR_LANES * 4);
            UNROLLED for (int part = 0; part < packed; part++) {
                const long x = i * packed + part;
                vector_float number = code(words, part % 4 * 8 + part / 4 * bits, bits, bias);
                const long group = b * VECTOR_LANES / 32 * d + x, row = x / 32 * CACHE_TILE_TOKENS + b * VECTOR_LANES;
                vector_float step = form.along_tokens ? (vector_float)(steps[group]) : load_words(steps + row);
                if (form.minimum) {
                    vector_float minimum = form.along_tokens ? (vector_float)(minima[group]) : load_words(minima + row);
                    number = vector_fma(number, step, minimum);
                } else number *= step;
                store_words(number, unpacked + key_vector(BLOCKS, d, b, x) * VECTOR_LANES);
            }
        }
}

VECTOR_INLINE void unpack_value_codes(
    enum cache_codes codes, const char *values, const char *scales, long d, float *unpacked) {
    const struct code_form form = form_of(codes);
    const int bits = form.bits, packed = 32 / bits, bias = form.bias;
    const long count = CACHE_TILE_TOKENS / 32 * d;
    float steps[MOST_SCALES], minima[MOST_SCALES];
    load_halves(scales, count, steps);
    if (form.minimum) load_halves(scales + 2 * count, count, minima);
    for (long row = 0; row < CACHE_TILE_TOKENS / packed; row++)
        for (long x = 0; x < d; x += VECTOR_LANES) {
            const char *source = values + value_word(CODE_BLOCKS, d, CACHE_TILE_TOKENS / packed, row, x) * 4;
            vector_float words = load_words(source);
            fetch(CODE_AHEAD, source, VECTOR_LANES * 4);
            UNROLLED for (int part = 0; part < packed; part++) {
                const long token = row * packed + part, scale = x / 32 * CACHE_TILE_TOKENS + token;
                const int shift = part % 4 * 8 + part / 4 * bits;
                vector_float number = code(words, shift, bits, bias);
                vector_float step = (vector_float)(steps[scale]);
                number = form.minimum
                    ? vector_fma(number, step, (vector_float)(minima[scale])) : number * step;
                store_words(number, unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, token, x));
            }
        }
}

#define UNPACK_KEYS(name, bits, bias, minimum, along_tokens, ...) \
    case cache_codes_##name: unpack_key_codes(cache_codes_##name, __VA_ARGS__); return;
#define UNPACK_VALUES(name, bits, bias, minimum, along_tokens, ...) \
    case cache_codes_##name: unpack_value_codes(cache_codes_##name, __VA_ARGS__); return;

void cache_unpack_key_codes(
    enum cache_codes codes, const void *keys, long word_bytes, long d, float *unpacked) {
    const char *words = keys, *scales = words + word_bytes;
    switch (codes) { EACH_CACHE_CODE(UNPACK_KEYS, words, scales, d, unpacked) }
}

void cache_unpack_value_codes(
    enum cache_codes codes, const void *values, long word_bytes, long d, float *unpacked) {
    const char *words = values, *scales = words + word_bytes;
    switch (codes) { EACH_CACHE_CODE(UNPACK_VALUES, words, scales, d, unpacked) }
}

// Fixed point. A float32 becomes the sum of CACHE_KEY_DIGITS signed bytes at weights 1, 256 and 65536 of a step: the step is
// the largest magnitude over this.
#define LARGEST_INTEGER (127.0f * 65536)

typedef signed char byte_lanes __attribute__((ext_vector_type(VECTOR_LANES)));

// Writes the digits of rounded(x · inverse), the lowest first, `stride` bytes apart, and adds them up.
VECTOR_INLINE void store_digits(
    vector_float x, float inverse, signed char *target, long stride, vector_int sums[CACHE_KEY_DIGITS]) {
    vector_int rest = __builtin_convertvector(__builtin_elementwise_roundeven(x * inverse), vector_int);
    UNROLLED for (int digit = 0; digit < CACHE_KEY_DIGITS; digit++) {
        vector_int low = (rest << 24) >> 24;
        rest = (rest - low) >> 8;
        sums[digit] += low;
        byte_lanes bytes = __builtin_convertvector(low, byte_lanes);
        __builtin_memcpy(target + digit * stride, &bytes, sizeof bytes);
    }
}

// Bits of magnitudes order as integers do, with NaN above all: a step that is not finite makes its products so.
VECTOR_INLINE vector_int magnitude_bits(vector_float x) { return (vector_int)((vector_word)x & 0x7fffffffu); }

VECTOR_INLINE float largest_magnitude(vector_int bits) {
    int most = __builtin_reduce_max(bits);
    float largest;
    __builtin_memcpy(&largest, &most, sizeof largest);
    return largest;
}

void cache_query_digits(enum cache_codes codes, const float *query, long d, struct cache_digits *result) {
    for (long block = 0; block < d / 32; block++) {
        vector_int largest = (vector_int)0;
        for (long x = 0; x < 32; x += VECTOR_LANES)
            largest = __builtin_elementwise_max(largest, magnitude_bits(load_words(query + block * 32 + x)));
        const float most = largest_magnitude(largest);
        vector_int sums[CACHE_KEY_DIGITS] = {0};
        for (long x = 0; x < 32; x += VECTOR_LANES)
            store_digits(load_words(query + block * 32 + x), most > 0 ? LARGEST_INTEGER / most : 0,
                result->bytes + block * 32 + x, d, sums);
        result->steps[block] = most / LARGEST_INTEGER;
        // Codes are unsigned: so much have the digits too much in every sum.
        UNROLLED for (int digit = 0; digit < CACHE_KEY_DIGITS; digit++)
            result->biases[block * CACHE_KEY_DIGITS + digit] = -form_of(codes).bias * __builtin_reduce_add(sums[digit]);
    }
}

VECTOR_INLINE vector_int broadcast_word(const signed char *bytes) {
    int word;
    __builtin_memcpy(&word, bytes, sizeof word);
    return (vector_int)word;
}

// A word holds the codes of this many groups of four neighbours.
VECTOR_INLINE int quads(enum cache_codes codes) { return 8 / form_of(codes).bits; }

// The codes of four neighbours, one in each byte.
VECTOR_INLINE vector_int quad(enum cache_codes codes, vector_float words, int part) {
    const int bits = form_of(codes).bits;
    return (vector_int)(((vector_word)words >> bits * part) & ((1u << bits) - 1) * 0x01010101u);
}

// Dot products of queries with one block of the keys of two vectors of tokens, which lie side by side in each of `rows`
// rows, but for the keys' scales.
VECTOR_INLINE void block_products(
    enum cache_codes codes, int heads, const char *words, long rows, const struct cache_digits *queries, long d,
    long block, vector_float products[CACHE_TILE_HEADS][2]) {
    const int parts = quads(codes);
    vector_int sums[CACHE_TILE_HEADS][CACHE_KEY_DIGITS][2];
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int digit = 0; digit < CACHE_KEY_DIGITS; digit++) {
            vector_int bias = (vector_int)queries[h].biases[block * CACHE_KEY_DIGITS + digit];
            sums[h][digit][0] = bias;
            sums[h][digit][1] = bias;
        }
    for (long row = 0; row < rows; row++) {
        const char *source = words + row * CODE_BLOCKS * VECTOR_LANES * 4;
        vector_float first = load_words(source), second = load_words(source + VECTOR_LANES * 4);
        fetch(CODE_AHEAD, source, CODE_BLOCKS * VECTOR_LANES * 4);
        UNROLLED for (int part = 0; part < parts; part++) {
            vector_int left = quad(codes, first, part), right = quad(codes, second, part);
            UNROLLED for (int h = 0; h < heads; h++)
                UNROLLED for (int digit = 0; digit < CACHE_KEY_DIGITS; digit++) {
                    vector_int number = broadcast_word(
                        queries[h].bytes + block * 32 + digit * d + (row * parts + part) * 4);
                    sums[h][digit][0] = vector_byte_dot(sums[h][digit][0], left, number);
                    sums[h][digit][1] = vector_byte_dot(sums[h][digit][1], right, number);
                }
        }
    }
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < 2; c++) {
            vector_float sum = __builtin_convertvector(sums[h][CACHE_KEY_DIGITS - 1][c], vector_float);
            UNROLLED for (int digit = CACHE_KEY_DIGITS - 2; digit >= 0; digit--)
                sum = vector_fma(sum, (vector_float)(256.0f), __builtin_convertvector(sums[h][digit][c], vector_float));
            products[h][c] = sum * queries[h].steps[block];
        }
}

VECTOR_INLINE void code_scores(
    enum cache_codes codes, int heads, const char *keys, const char *scales, long d, const struct cache_digits *queries,
    float *scores) {
    const long words = form_of(codes).bits;
    for (int b = 0; b < TILE_BLOCKS; b += CODE_BLOCKS)
        for (long block = 0; block < d / 32; block++) {
            const long vector = key_vector(CODE_BLOCKS, d / 32 * words, b, block * words);
            vector_float products[CACHE_TILE_HEADS][2];
            block_products(codes, heads, keys + vector * VECTOR_LANES * 4, words, queries, d, block, products);
            UNROLLED for (int c = 0; c < 2; c++) {
                const long token = (b + c) * VECTOR_LANES;
                vector_float scale = vector_load_float16(scales + (block * CACHE_TILE_TOKENS + token) * 2);
                UNROLLED for (int h = 0; h < heads; h++) {
                    float *target = scores + h * CACHE_TILE_TOKENS + token;
                    vector_float sum = block == 0 ? (vector_float)(0.0f) : load_words(target);
                    store_words(vector_fma(products[h][c], scale, sum), target);
                }
            }
        }
}

// One of four neighbours in a quad of codes without their bias.
VECTOR_INLINE vector_float neighbour(vector_int quad, int place) {
    return __builtin_convertvector((quad << (24 - 8 * place)) >> 24, vector_float);
}

// Bytes with a bias of 128 lose it by their highest bit. Those of fewer bits hold small numbers: with the highest bit set
// a byte lends to no neighbour, and clearing it afterwards leaves the difference.
VECTOR_INLINE vector_int without_bias(enum cache_codes codes, vector_int quad) {
    const unsigned bias = (unsigned)form_of(codes).bias;
    if (bias == 128) return (vector_int)((vector_word)quad ^ 0x80808080u);
    return (vector_int)((((vector_word)quad | 0x80808080u) - bias * 0x01010101u) ^ 0x80808080u);
}

VECTOR_INLINE void code_values(
    enum cache_codes codes, int heads, const char *values, const char *scales, long d, const float *weights,
    float *outputs) {
    const int parts = quads(codes);
    const long rows = CACHE_TILE_TOKENS / (4 * parts);
    float scaled[CACHE_TILE_HEADS][CACHE_TILE_TOKENS];
    for (long x = 0; x < d; x += CODE_BLOCKS * VECTOR_LANES) {
        if (x % 32 == 0)
            for (long token = 0; token < CACHE_TILE_TOKENS; token += VECTOR_LANES) {
                vector_float scale = vector_load_float16(scales + (x / 32 * CACHE_TILE_TOKENS + token) * 2);
                UNROLLED for (int h = 0; h < heads; h++)
                    store_words(scale * load_words(weights + h * CACHE_TILE_TOKENS + token), scaled[h] + token);
            }
        const char *words = values + value_word(CODE_BLOCKS, d, rows, 0, x) * 4;
        vector_float sums[CACHE_TILE_HEADS][CODE_BLOCKS];
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int c = 0; c < CODE_BLOCKS; c++)
                sums[h][c] = load_words(outputs + h * d + x + c * VECTOR_LANES);
        for (long row = 0; row < rows; row++) {
            const char *source = words + row * CODE_BLOCKS * VECTOR_LANES * 4;
            vector_float pair[CODE_BLOCKS];
            UNROLLED for (int c = 0; c < CODE_BLOCKS; c++) pair[c] = load_words(source + c * VECTOR_LANES * 4);
            fetch(CODE_AHEAD, source, CODE_BLOCKS * VECTOR_LANES * 4);
            UNROLLED for (int part = 0; part < parts; part++) {
                vector_int quads[CODE_BLOCKS];
                UNROLLED for (int c = 0; c < CODE_BLOCKS; c++)
                    quads[c] = without_bias(codes, quad(codes, pair[c], part));
                UNROLLED for (int place = 0; place < 4; place++) {
                    vector_float codes_of_token[CODE_BLOCKS];
                    UNROLLED for (int c = 0; c < CODE_BLOCKS; c++) codes_of_token[c] = neighbour(quads[c], place);
                    UNROLLED for (int h = 0; h < heads; h++) {
                        vector_float weight = (vector_float)(scaled[h][(row * parts + part) * 4 + place]);
                        UNROLLED for (int c = 0; c < CODE_BLOCKS; c++)
                            sums[h][c] = vector_fma(weight, codes_of_token[c], sums[h][c]);
                    }
                }
            }
        }
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int c = 0; c < CODE_BLOCKS; c++)
                store_words(sums[h][c], outputs + h * d + x + c * VECTOR_LANES);
    }
}

VECTOR_INLINE void fetch_scales(const char *scales, long d) {
    for (long line = 0; line < d / 32 * CACHE_TILE_TOKENS * 2; line += 64) fetch(CODE_AHEAD, scales + line, 64);
}

// Callers unpack codes with minima, for which no product is built.
#define SCORES(codes, heads, ...) code_scores(codes, heads, __VA_ARGS__)
#define VALUES(codes, heads, ...) code_values(codes, heads, __VA_ARGS__)
#define SCORES_OF(name, bits, bias, minimum, along_tokens, ...) \
    case cache_codes_##name:                                \
        if (minimum) __builtin_unreachable();               \
        EACH_HEAD_COUNT(SCORES, cache_codes_##name, __VA_ARGS__)
#define VALUES_OF(name, bits, bias, minimum, along_tokens, ...) \
    case cache_codes_##name:                                \
        if (minimum) __builtin_unreachable();               \
        EACH_HEAD_COUNT(VALUES, cache_codes_##name, __VA_ARGS__)

void cache_code_scores(
    enum cache_codes codes, const void *keys, long word_bytes, long d, const struct cache_digits *queries, int heads,
    float *scores) {
    const char *scales = (const char *)keys + word_bytes;
    fetch_scales(scales, d);
    switch (codes) { EACH_CACHE_CODE(SCORES_OF, keys, scales, d, queries, scores) }
}

void cache_code_values(
    enum cache_codes codes, const void *values, long word_bytes, long d, const float *weights, int heads,
    float *outputs) {
    const char *scales = (const char *)values + word_bytes;
    fetch_scales(scales, d);
    switch (codes) { EACH_CACHE_CODE(VALUES_OF, values, scales, d, weights, outputs) }
}
