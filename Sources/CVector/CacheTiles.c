// Products with tiles of plain words, and these tiles as float32.

#include "CacheWords.h"

VECTOR_INLINE long word_bytes(enum cache_layout layout) {
    switch (layout) {
    case cache_layout_fp8: return 1;
    case cache_layout_float16: return 2;
    case cache_layout_float32: case cache_layout_bfloat16: case cache_layout_wide_bfloat16: return 4;
    }
}

// Elements in a word.
VECTOR_INLINE long packed(enum cache_layout layout) {
    switch (layout) {
    case cache_layout_bfloat16: case cache_layout_wide_bfloat16: return 2;
    case cache_layout_float32: case cache_layout_float16: case cache_layout_fp8: return 1;
    }
}

// Words of a row of keys, rows of words of a tile's values.
VECTOR_INLINE long key_steps(enum cache_layout layout, long d) { return d / packed(layout); }
VECTOR_INLINE long value_rows(enum cache_layout layout) { return CACHE_TILE_TOKENS / packed(layout); }

VECTOR_INLINE vector_float load_lanes(enum cache_layout layout, const void *source) {
    switch (layout) {
    case cache_layout_float16: return vector_load_float16(source);
    case cache_layout_fp8: return vector_load_fp8(source);
    case cache_layout_float32: case cache_layout_bfloat16: case cache_layout_wide_bfloat16: return load_words(source);
    }
}

// Words of two bfloat16 as two vectors of float32.
VECTOR_INLINE void split(vector_float words, vector_float *low, vector_float *high) {
    *low = (vector_float)((vector_word)words << 16);
    *high = (vector_float)((vector_word)words & 0xffff0000u);
}

// What words are multiplied with: one float32 word each, but two for wide bfloat16.
VECTOR_INLINE long multipliers(enum cache_layout layout) { return layout == cache_layout_wide_bfloat16 ? 2 : 1; }

VECTOR_INLINE vector_float accumulate(
    enum cache_layout layout, vector_float sum, const float *multiplier, vector_float words) {
    vector_float first = (vector_float)(multiplier[0]), low, high;
    switch (layout) {
    case cache_layout_bfloat16: return vector_bfloat16_dot(sum, first, words);
    case cache_layout_wide_bfloat16:
        split(words, &low, &high);
        return vector_fma((vector_float)(multiplier[1]), high, vector_fma(first, low, sum));
    case cache_layout_float32: case cache_layout_float16: case cache_layout_fp8: return vector_fma(first, words, sum);
    }
}

VECTOR_INLINE void scores_of(
    enum cache_layout layout, int heads, struct cache_words half, const float *queries, float *scores) {
    const char *keys = half.words;
    const long steps = key_steps(layout, half.d), vector = VECTOR_LANES * word_bytes(layout);
    for (int first = 0; first < TILE_BLOCKS; first += BLOCKS) {
        const char *part = keys + first * steps * vector;
        vector_float sums[CACHE_TILE_HEADS][BLOCKS];
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int b = 0; b < BLOCKS; b++) sums[h][b] = (vector_float)(0.0f);
        for (long i = 0; i < steps; i++) {
            vector_float block[BLOCKS];
            UNROLLED for (int b = 0; b < BLOCKS; b++) block[b] = load_lanes(layout, part + (i * BLOCKS + b) * vector);
            fetch(half.ahead, part + i * BLOCKS * vector, BLOCKS * vector);
            UNROLLED for (int h = 0; h < heads; h++)
                UNROLLED for (int b = 0; b < BLOCKS; b++)
                    sums[h][b] = accumulate(layout, sums[h][b], queries + (h * steps + i) * multipliers(layout), block[b]);
        }
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int b = 0; b < BLOCKS; b++)
                store_words(sums[h][b], scores + h * CACHE_TILE_TOKENS + (first + b) * VECTOR_LANES);
    }
}

VECTOR_INLINE void add_values(
    enum cache_layout layout, int heads, int width, struct cache_words half, long x, const float *weights,
    float *outputs) {
    const char *values = half.words;
    const long d = half.d, rows = value_rows(layout), word = word_bytes(layout);
    vector_float sums[CACHE_TILE_HEADS][BLOCKS];
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < width; c++) sums[h][c] = load_words(outputs + h * d + x + c * VECTOR_LANES);
    for (long row = 0; row < rows; row++) {
        const char *source = values + (x * rows + row * width * VECTOR_LANES) * word;
        vector_float columns[BLOCKS];
        UNROLLED for (int c = 0; c < width; c++)
            columns[c] = load_lanes(layout, source + c * VECTOR_LANES * word);
        fetch(half.ahead, source, width * VECTOR_LANES * word);
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int c = 0; c < width; c++)
                sums[h][c] = accumulate(layout, sums[h][c], weights + (h * rows + row) * multipliers(layout), columns[c]);
    }
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < width; c++) store_words(sums[h][c], outputs + h * d + x + c * VECTOR_LANES);
}

VECTOR_INLINE void values_of(
    enum cache_layout layout, int heads, struct cache_words values, const float *weights, float *outputs) {
    long x = 0;
    for (; x + BLOCKS * VECTOR_LANES <= values.d; x += BLOCKS * VECTOR_LANES)
        add_values(layout, heads, BLOCKS, values, x, weights, outputs);
    for (; x < values.d; x += VECTOR_LANES) add_values(layout, heads, 1, values, x, weights, outputs);
}

#define EACH_LAYOUT(function, ...)                                                              \
    switch (layout) {                                                                           \
    case cache_layout_float32: EACH_HEAD_COUNT(function, cache_layout_float32, __VA_ARGS__)     \
    case cache_layout_bfloat16: EACH_HEAD_COUNT(function, cache_layout_bfloat16, __VA_ARGS__)   \
    case cache_layout_wide_bfloat16:                                                            \
        EACH_HEAD_COUNT(function, cache_layout_wide_bfloat16, __VA_ARGS__)                      \
    case cache_layout_float16: EACH_HEAD_COUNT(function, cache_layout_float16, __VA_ARGS__)     \
    case cache_layout_fp8: EACH_HEAD_COUNT(function, cache_layout_fp8, __VA_ARGS__)             \
    }

void cache_scores(
    enum cache_layout layout, struct cache_words keys, const void *queries, int heads, float *scores) {
    EACH_LAYOUT(scores_of, keys, queries, scores)
}

void cache_values(
    enum cache_layout layout, struct cache_words values, const void *weights, int heads, float *outputs) {
    EACH_LAYOUT(values_of, values, weights, outputs)
}

void cache_unpack_keys(enum cache_layout layout, struct cache_words keys, float *unpacked) {
    const long d = keys.d, steps = key_steps(layout, d), vector = VECTOR_LANES * word_bytes(layout);
    for (long b = 0; b < TILE_BLOCKS; b++)
        for (long i = 0; i < steps; i++) {
            const char *source = (const char *)keys.words + key_vector(BLOCKS, steps, b, i) * vector;
            vector_float low, high;
            if (layout != cache_layout_bfloat16) {
                store_words(load_lanes(layout, source), unpacked + key_vector(BLOCKS, d, b, i) * VECTOR_LANES);
                continue;
            }
            split(load_words(source), &low, &high);
            store_words(low, unpacked + key_vector(BLOCKS, d, b, 2 * i) * VECTOR_LANES);
            store_words(high, unpacked + key_vector(BLOCKS, d, b, 2 * i + 1) * VECTOR_LANES);
        }
    for (long line = 0; line < TILE_BLOCKS * steps * vector; line += 64) fetch(keys.ahead, (const char *)keys.words + line, 64);
}

void cache_unpack_values(enum cache_layout layout, struct cache_words values, float *unpacked) {
    const long d = values.d, rows = value_rows(layout), word = word_bytes(layout);
    for (long row = 0; row < rows; row++)
        for (long x = 0; x < d; x += VECTOR_LANES) {
            const char *source = (const char *)values.words + value_word(BLOCKS, d, rows, row, x) * word;
            vector_float low, high;
            if (layout != cache_layout_bfloat16) {
                store_words(load_lanes(layout, source), unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, row, x));
                continue;
            }
            split(load_words(source), &low, &high);
            store_words(low, unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, 2 * row, x));
            store_words(high, unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, 2 * row + 1, x));
        }
    for (long line = 0; line < rows * d * word; line += 64) fetch(values.ahead, (const char *)values.words + line, 64);
}

void cache_turn_keys(float *unpacked, long d, long half, const float *cosines, const float *sines) {
    for (long b = 0; b < TILE_BLOCKS; b++)
        for (long i = 0; i < half; i++) {
            float *first = unpacked + key_vector(BLOCKS, d, b, i) * VECTOR_LANES;
            float *second = unpacked + key_vector(BLOCKS, d, b, i + half) * VECTOR_LANES;
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

long cache_key_word(long d, long token, long x) {
    return key_vector(BLOCKS, d, token / VECTOR_LANES, x) * VECTOR_LANES + token % VECTOR_LANES;
}

long cache_value_word(long d, long token, long x) { return value_word(BLOCKS, d, CACHE_TILE_TOKENS, token, x); }
