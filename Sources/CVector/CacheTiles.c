#include "CacheTiles.h"

#include "CVector.h"

#define UNROLLED _Pragma("clang loop unroll(full)")
// Vectors whose sums are held together.
#define BLOCKS 4
// Blocks of VECTOR_LANES tokens in a tile.
#define TILE_BLOCKS (CACHE_TILE_TOKENS / VECTOR_LANES)

VECTOR_INLINE vector_float load_words(const void *source) {
    vector_float words;
    __builtin_memcpy(&words, source, sizeof words);
    return words;
}

VECTOR_INLINE void store_words(vector_float words, void *target) { __builtin_memcpy(target, &words, sizeof words); }

VECTOR_INLINE long word_bytes(enum cache_layout layout) {
    return layout == cache_layout_fp8 ? 1 : layout == cache_layout_float16 ? 2 : 4;
}

// Words of a row of keys, rows of words of a tile's values.
VECTOR_INLINE long key_steps(enum cache_layout layout, long d) { return layout == cache_layout_bfloat16 ? d / 2 : d; }
VECTOR_INLINE long value_rows(enum cache_layout layout) {
    return layout == cache_layout_bfloat16 ? CACHE_TILE_TOKENS / 2 : CACHE_TILE_TOKENS;
}

VECTOR_INLINE vector_float load_lanes(enum cache_layout layout, const void *source) {
    switch (layout) {
    case cache_layout_float16: return vector_load_float16(source);
    case cache_layout_fp8: return vector_load_fp8(source);
    default: return load_words(source);
    }
}

VECTOR_INLINE vector_float accumulate(enum cache_layout layout, vector_float sum, vector_float a, vector_float b) {
    return layout == cache_layout_bfloat16 ? vector_bfloat16_dot(sum, a, b) : vector_fma(a, b, sum);
}

// Asks for as many bytes of the next tile as a step reads of this one, in the order of their addresses: a pattern that
// the hardware's own prefetcher follows too, from the third line on.
VECTOR_INLINE void fetch(const char *next, long start, long bytes) {
    UNROLLED for (long line = 0; line < bytes; line += 64) vector_prefetch(next + start + line);
}

VECTOR_INLINE void scores_of(
    enum cache_layout layout, int heads, const char *keys, long d, const float *queries, float *scores, const char *next) {
    const long steps = key_steps(layout, d), vector = VECTOR_LANES * word_bytes(layout);
    for (int first = 0; first < TILE_BLOCKS; first += BLOCKS) {
        const char *part = keys + first * steps * vector, *next_part = next + first * steps * vector;
        vector_float sums[CACHE_TILE_HEADS][BLOCKS];
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int b = 0; b < BLOCKS; b++) sums[h][b] = (vector_float)(0.0f);
        for (long i = 0; i < steps; i++) {
            vector_float block[BLOCKS];
            UNROLLED for (int b = 0; b < BLOCKS; b++) block[b] = load_lanes(layout, part + (b * steps + i) * vector);
            fetch(next_part, i * BLOCKS * vector, BLOCKS * vector);
            UNROLLED for (int h = 0; h < heads; h++) {
                vector_float query = (vector_float)(queries[h * steps + i]);
                UNROLLED for (int b = 0; b < BLOCKS; b++) sums[h][b] = accumulate(layout, sums[h][b], query, block[b]);
            }
        }
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int b = 0; b < BLOCKS; b++)
                store_words(sums[h][b], scores + h * CACHE_TILE_TOKENS + (first + b) * VECTOR_LANES);
    }
}

VECTOR_INLINE void add_values(
    enum cache_layout layout, int heads, int width, const char *values, long d, long x, const float *weights,
    float *outputs, const char *next) {
    const long rows = value_rows(layout), word = word_bytes(layout);
    vector_float sums[CACHE_TILE_HEADS][BLOCKS];
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < width; c++) sums[h][c] = load_words(outputs + h * d + x + c * VECTOR_LANES);
    for (long row = 0; row < rows; row++) {
        vector_float columns[BLOCKS];
        UNROLLED for (int c = 0; c < width; c++)
            columns[c] = load_lanes(layout, values + (row * d + x + c * VECTOR_LANES) * word);
        fetch(next, (x * rows + row * width * VECTOR_LANES) * word, width * VECTOR_LANES * word);
        UNROLLED for (int h = 0; h < heads; h++) {
            vector_float weight = (vector_float)(weights[h * rows + row]);
            UNROLLED for (int c = 0; c < width; c++) sums[h][c] = accumulate(layout, sums[h][c], weight, columns[c]);
        }
    }
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < width; c++) store_words(sums[h][c], outputs + h * d + x + c * VECTOR_LANES);
}

VECTOR_INLINE void values_of(
    enum cache_layout layout, int heads, const char *values, long d, const float *weights, float *outputs,
    const char *next) {
    long x = 0;
    for (; x + BLOCKS * VECTOR_LANES <= d; x += BLOCKS * VECTOR_LANES)
        add_values(layout, heads, BLOCKS, values, d, x, weights, outputs, next);
    for (; x < d; x += VECTOR_LANES) add_values(layout, heads, 1, values, d, x, weights, outputs, next);
}

// Every number of heads of every layout is a loop of its own, its sums in registers.
#define EACH_HEAD_COUNT(function, layout, ...)          \
    switch (heads) {                                    \
    case 1: function(layout, 1, __VA_ARGS__); return;   \
    case 2: function(layout, 2, __VA_ARGS__); return;   \
    case 3: function(layout, 3, __VA_ARGS__); return;   \
    default: function(layout, 4, __VA_ARGS__); return;  \
    }
#define EACH_LAYOUT(function, ...)                                                              \
    switch (layout) {                                                                           \
    case cache_layout_float32: EACH_HEAD_COUNT(function, cache_layout_float32, __VA_ARGS__)     \
    case cache_layout_bfloat16: EACH_HEAD_COUNT(function, cache_layout_bfloat16, __VA_ARGS__)   \
    case cache_layout_float16: EACH_HEAD_COUNT(function, cache_layout_float16, __VA_ARGS__)     \
    case cache_layout_fp8: EACH_HEAD_COUNT(function, cache_layout_fp8, __VA_ARGS__)             \
    }

void cache_scores(
    enum cache_layout layout, const void *keys, long d, const void *queries, int heads, float *scores, const void *next) {
    EACH_LAYOUT(scores_of, keys, d, queries, scores, next)
}

void cache_values(
    enum cache_layout layout, const void *values, long d, const void *weights, int heads, float *outputs,
    const void *next) {
    EACH_LAYOUT(values_of, values, d, weights, outputs, next)
}

// Words of two bfloat16 as two vectors of float32.
VECTOR_INLINE void split(vector_float words, vector_float *low, vector_float *high) {
    *low = (vector_float)((vector_word)words << 16);
    *high = (vector_float)((vector_word)words & 0xffff0000u);
}

void cache_unpack_keys(enum cache_layout layout, const void *keys, long d, float *unpacked, const void *next) {
    const long steps = key_steps(layout, d), vector = VECTOR_LANES * word_bytes(layout);
    for (long i = 0; i < TILE_BLOCKS * steps; i++) {
        const char *source = (const char *)keys + i * vector;
        vector_prefetch((const char *)next + i * vector);
        if (layout == cache_layout_bfloat16) {
            vector_float low, high;
            split(load_words(source), &low, &high);
            store_words(low, unpacked + 2 * i * VECTOR_LANES);
            store_words(high, unpacked + (2 * i + 1) * VECTOR_LANES);
        } else store_words(load_lanes(layout, source), unpacked + i * VECTOR_LANES);
    }
}

void cache_unpack_values(enum cache_layout layout, const void *values, long d, float *unpacked, const void *next) {
    const long rows = value_rows(layout), word = word_bytes(layout);
    for (long row = 0; row < rows; row++)
        for (long x = 0; x < d; x += VECTOR_LANES) {
            const char *source = (const char *)values + (row * d + x) * word;
            vector_prefetch((const char *)next + (row * d + x) * word);
            if (layout == cache_layout_bfloat16) {
                vector_float low, high;
                split(load_words(source), &low, &high);
                store_words(low, unpacked + 2 * row * d + x);
                store_words(high, unpacked + (2 * row + 1) * d + x);
            } else store_words(load_lanes(layout, source), unpacked + row * d + x);
        }
}

void cache_turn_keys(float *unpacked, long d, long half, const float *cosines, const float *sines) {
    for (long b = 0; b < TILE_BLOCKS; b++)
        for (long i = 0; i < half; i++) {
            float *first = unpacked + (b * d + i) * VECTOR_LANES, *second = first + half * VECTOR_LANES;
            const long place = i * CACHE_TILE_TOKENS + b * VECTOR_LANES;
            vector_float x = load_words(first), y = load_words(second);
            vector_float cosine = load_words(cosines + place), sine = load_words(sines + place);
            store_words(vector_fma(-y, sine, x * cosine), first);
            store_words(vector_fma(x, sine, y * cosine), second);
        }
}

void cache_turn_query(const float *query, long half, const float *cosines, const float *sines, float *turned) {
    for (long i = 0; i < half; i++) {
        float x = query[i], y = query[i + half];
        turned[i] = x * cosines[i] - y * sines[i];
        turned[i + half] = y * cosines[i] + x * sines[i];
    }
}

VECTOR_INLINE float load_half(const void *halves, long index) {
    _Float16 half;
    __builtin_memcpy(&half, (const char *)halves + 2 * index, sizeof half);
    return (float)half;
}

// Bits of an element, and elements in a word of 32 bits.
VECTOR_INLINE int code_bits(enum cache_codes codes) {
    return codes == cache_codes_q8_0 ? 8 : codes == cache_codes_q4_0 ? 4 : 2;
}

VECTOR_INLINE vector_float code(vector_float words, int shift, int bits, int bias) {
    vector_word code = ((vector_word)words >> shift) & ((1u << bits) - 1);
    return __builtin_convertvector((vector_int)code - bias, vector_float);
}

VECTOR_INLINE void unpack_key_codes(
    enum cache_codes codes, const char *keys, const char *scales, long d, float *unpacked, const char *next) {
    const int bits = code_bits(codes), packed = 32 / bits;
    const int bias = codes == cache_codes_q8_0 ? 128 : codes == cache_codes_q4_0 ? 8 : 0;
    const char *minima = scales + CACHE_TILE_TOKENS / 32 * d * 2;
    for (long b = 0; b < TILE_BLOCKS; b++)
        for (long i = 0; i < d / packed; i++) {
            const long at = (b * (d / packed) + i) * VECTOR_LANES * 4;
            vector_float words = load_words(keys + at);
            vector_prefetch(next + at);
            UNROLLED for (int part = 0; part < packed; part++) {
                const long x = i * packed + part;
                vector_float number = code(words, part % 4 * 8 + part / 4 * bits, bits, bias);
                if (codes == cache_codes_kivi) {
                    const long group = b * VECTOR_LANES / 32 * d + x;
                    number = vector_fma(number, (vector_float)(load_half(scales, group)),
                        (vector_float)(load_half(minima, group)));
                } else number *= vector_load_float16(scales + (x / 32 * CACHE_TILE_TOKENS + b * VECTOR_LANES) * 2);
                store_words(number, unpacked + (b * d + x) * VECTOR_LANES);
            }
        }
}

VECTOR_INLINE void unpack_value_codes(
    enum cache_codes codes, const char *values, const char *scales, long d, float *unpacked, const char *next) {
    const int bits = code_bits(codes), packed = 32 / bits;
    const char *minima = scales + CACHE_TILE_TOKENS / 32 * d * 2;
    for (long row = 0; row < CACHE_TILE_TOKENS / packed; row++)
        for (long x = 0; x < d; x += VECTOR_LANES) {
            const long at = (row * d + x) * 4;
            vector_float words = load_words(values + at);
            vector_prefetch(next + at);
            UNROLLED for (int part = 0; part < packed; part++) {
                const long token = row * packed + part, scale = x / 32 * CACHE_TILE_TOKENS + token;
                const int shift = part % 4 * 8 + part / 4 * bits;
                vector_float number;
                if (codes == cache_codes_q8_0)
                    number = __builtin_convertvector((vector_int)((vector_word)words << (24 - shift)) >> 24, vector_float);
                else number = code(words, shift, bits, codes == cache_codes_q4_0 ? 8 : 0);
                vector_float step = (vector_float)(load_half(scales, scale));
                number = codes == cache_codes_kivi
                    ? vector_fma(number, step, (vector_float)(load_half(minima, scale))) : number * step;
                store_words(number, unpacked + token * d + x);
            }
        }
}

void cache_unpack_codes(
    enum cache_codes codes, const void *tile, long values_offset, long word_bytes, long d, float *keys, float *values,
    const void *next) {
    const char *k = tile, *v = k + values_offset, *n = next;
    switch (codes) {
    case cache_codes_q8_0:
        unpack_key_codes(cache_codes_q8_0, k, k + word_bytes, d, keys, n);
        unpack_value_codes(cache_codes_q8_0, v, v + word_bytes, d, values, n + values_offset);
        return;
    case cache_codes_q4_0:
        unpack_key_codes(cache_codes_q4_0, k, k + word_bytes, d, keys, n);
        unpack_value_codes(cache_codes_q4_0, v, v + word_bytes, d, values, n + values_offset);
        return;
    case cache_codes_kivi:
        unpack_key_codes(cache_codes_kivi, k, k + word_bytes, d, keys, n);
        unpack_value_codes(cache_codes_kivi, v, v + word_bytes, d, values, n + values_offset);
        return;
    }
}
