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
                number = code(words, shift, bits, codes == cache_codes_q8_0 ? 128 : codes == cache_codes_q4_0 ? 8 : 0);
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

// Fixed point. A float32 becomes the sum of signed bytes at weights 1, 256 and 65536 of a step: the step is the largest
// magnitude over 127·256^(digits − 1).
VECTOR_INLINE float largest_integer(int digits) { return digits == 3 ? 127.0f * 65536 : 127.0f * 256; }

typedef signed char byte_lanes __attribute__((ext_vector_type(VECTOR_LANES)));

// Writes the digits of rounded(x · inverse), the lowest first, `stride` bytes apart, and adds them up.
VECTOR_INLINE void store_digits(
    vector_float x, float inverse, int digits, signed char *target, long stride, vector_int sums[CACHE_MOST_DIGITS]) {
    vector_int rest = __builtin_convertvector(__builtin_elementwise_roundeven(x * inverse), vector_int);
    UNROLLED for (int digit = 0; digit < digits; digit++) {
        vector_int low = (rest << 24) >> 24;
        rest = (rest - low) >> 8;
        sums[digit] += low;
        byte_lanes bytes = __builtin_convertvector(low, byte_lanes);
        __builtin_memcpy(target + digit * stride, &bytes, sizeof bytes);
    }
}

VECTOR_INLINE vector_float magnitude(vector_float x) { return (vector_float)((vector_word)x & 0x7fffffffu); }

// Codes count from −bias: so much do a number's digits have too much in every sum.
VECTOR_INLINE int code_bias(enum cache_codes codes) { return codes == cache_codes_q8_0 ? 128 : 8; }

VECTOR_INLINE void store_biases(enum cache_codes codes, int digits, vector_int sums[CACHE_MOST_DIGITS], int *biases) {
    UNROLLED for (int digit = 0; digit < digits; digit++) biases[digit] = -code_bias(codes) * __builtin_reduce_add(sums[digit]);
}

void cache_query_digits(enum cache_codes codes, const float *query, long d, struct cache_digits *result) {
    for (long block = 0; block < d / 32; block++) {
        vector_float largest = (vector_float)(0.0f), taint = (vector_float)(0.0f);
        for (long x = 0; x < 32; x += VECTOR_LANES) {
            vector_float part = load_words(query + block * 32 + x);
            largest = vector_max(magnitude(part), largest);
            taint += part * 0.0f;
        }
        const float limit = largest_integer(CACHE_KEY_DIGITS), most = vector_horizontal_max(largest);
        vector_int sums[CACHE_MOST_DIGITS] = {0};
        for (long x = 0; x < 32; x += VECTOR_LANES)
            store_digits(load_words(query + block * 32 + x), most > 0 ? limit / most : 0, CACHE_KEY_DIGITS,
                result->bytes + block * 32 + x, d, sums);
        result->steps[block] = most / limit + vector_horizontal_sum(taint);
        store_biases(codes, CACHE_KEY_DIGITS, sums, result->biases + block * CACHE_MOST_DIGITS);
    }
}

VECTOR_INLINE void weight_digits(
    enum cache_codes codes, int digits, const float *weights, const char *scales, long d, struct cache_digits *result) {
    for (long block = 0; block < d / 32; block++) {
        const char *row = scales + block * CACHE_TILE_TOKENS * 2;
        vector_float largest = (vector_float)(0.0f), taint = (vector_float)(0.0f);
        vector_float products[TILE_BLOCKS];
        UNROLLED for (int b = 0; b < TILE_BLOCKS; b++) {
            products[b] = vector_load_float16(row + b * VECTOR_LANES * 2) * load_words(weights + b * VECTOR_LANES);
            largest = vector_max(magnitude(products[b]), largest);
            taint += products[b] * 0.0f;
        }
        const float limit = largest_integer(digits), most = vector_horizontal_max(largest);
        vector_int sums[CACHE_MOST_DIGITS] = {0};
        UNROLLED for (int b = 0; b < TILE_BLOCKS; b++)
            store_digits(products[b], most > 0 ? limit / most : 0, digits,
                result->bytes + block * CACHE_TILE_TOKENS + b * VECTOR_LANES, d / 32 * CACHE_TILE_TOKENS, sums);
        result->steps[block] = most / limit + vector_horizontal_sum(taint);
        store_biases(codes, digits, sums, result->biases + block * CACHE_MOST_DIGITS);
    }
}

VECTOR_INLINE vector_int broadcast_word(const signed char *bytes) {
    int word;
    __builtin_memcpy(&word, bytes, sizeof word);
    return (vector_int)word;
}

// Codes of four neighbours, from a word that holds four or eight.
VECTOR_INLINE vector_int quad(enum cache_codes codes, vector_float words, int part) {
    return codes == cache_codes_q8_0 ? (vector_int)words : (vector_int)(((vector_word)words >> 4 * part) & 0x0f0f0f0fu);
}

// Two vectors of sums over one block of codes: `rows` rows of words, `row_bytes` apart, the second vector `pair_bytes`
// after the first; digits of the numbers that they are multiplied with, for each head.
VECTOR_INLINE void code_products(
    enum cache_codes codes, int heads, int digits, const char *words, long rows, long row_bytes, long pair_bytes,
    const struct cache_digits *numbers, long first_byte, long digit_bytes, long block, const char *next,
    vector_float products[CACHE_TILE_HEADS][2]) {
    const int parts = codes == cache_codes_q8_0 ? 1 : 2;
    vector_int sums[CACHE_TILE_HEADS][CACHE_MOST_DIGITS][2];
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int digit = 0; digit < digits; digit++) {
            vector_int bias = (vector_int)numbers[h].biases[block * CACHE_MOST_DIGITS + digit];
            sums[h][digit][0] = bias;
            sums[h][digit][1] = bias;
        }
    for (long row = 0; row < rows; row++) {
        vector_float first = load_words(words + row * row_bytes), second = load_words(words + row * row_bytes + pair_bytes);
        vector_prefetch(next + row * row_bytes);
        vector_prefetch(next + row * row_bytes + pair_bytes);
        UNROLLED for (int part = 0; part < parts; part++) {
            vector_int left = quad(codes, first, part), right = quad(codes, second, part);
            UNROLLED for (int h = 0; h < heads; h++)
                UNROLLED for (int digit = 0; digit < digits; digit++) {
                    vector_int number = broadcast_word(
                        numbers[h].bytes + first_byte + digit * digit_bytes + (row * parts + part) * 4);
                    sums[h][digit][0] = vector_byte_dot(sums[h][digit][0], left, number);
                    sums[h][digit][1] = vector_byte_dot(sums[h][digit][1], right, number);
                }
        }
    }
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < 2; c++) {
            vector_float sum = __builtin_convertvector(sums[h][digits - 1][c], vector_float);
            UNROLLED for (int digit = digits - 2; digit >= 0; digit--)
                sum = vector_fma(sum, (vector_float)(256.0f), __builtin_convertvector(sums[h][digit][c], vector_float));
            products[h][c] = sum * numbers[h].steps[block];
        }
}

VECTOR_INLINE void code_scores(
    enum cache_codes codes, int heads, const char *keys, const char *scales, long d, const struct cache_digits *queries,
    float *scores, const char *next) {
    const long words = codes == cache_codes_q8_0 ? 8 : 4, vector = VECTOR_LANES * 4, block_bytes = d / 32 * words * vector;
    for (int b = 0; b < TILE_BLOCKS; b += 2)
        for (long block = 0; block < d / 32; block++) {
            const long at = b * block_bytes + block * words * vector;
            vector_float products[CACHE_TILE_HEADS][2];
            code_products(codes, heads, CACHE_KEY_DIGITS, keys + at, words, vector, block_bytes, queries, block * 32, d,
                block, next + at, products);
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

VECTOR_INLINE void code_values(
    enum cache_codes codes, int heads, int digits, const char *values, long d, const struct cache_digits *weights,
    float *outputs, const char *next) {
    const long rows = CACHE_TILE_TOKENS / (codes == cache_codes_q8_0 ? 4 : 8);
    for (long x = 0; x < d; x += 2 * VECTOR_LANES) {
        vector_float products[CACHE_TILE_HEADS][2];
        code_products(codes, heads, digits, values + x * 4, rows, d * 4, VECTOR_LANES * 4, weights,
            x / 32 * CACHE_TILE_TOKENS, d / 32 * CACHE_TILE_TOKENS, x / 32, next + x * 4, products);
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int c = 0; c < 2; c++) {
                float *target = outputs + h * d + x + c * VECTOR_LANES;
                store_words(load_words(target) + products[h][c], target);
            }
    }
}

#define SCORES(codes, heads, ...) code_scores(codes, heads, __VA_ARGS__)
#define VALUES_OF_2(codes, heads, ...) code_values(codes, heads, 2, __VA_ARGS__)
#define VALUES_OF_3(codes, heads, ...) code_values(codes, heads, 3, __VA_ARGS__)

void cache_code_scores(
    enum cache_codes codes, const void *keys, long word_bytes, long d, const struct cache_digits *queries, int heads,
    float *scores, const void *next) {
    const char *scales = (const char *)keys + word_bytes, *next_scales = (const char *)next + word_bytes;
    for (long line = 0; line < d / 32 * CACHE_TILE_TOKENS * 2; line += 64) vector_prefetch(next_scales + line);
    if (codes == cache_codes_q8_0) EACH_HEAD_COUNT(SCORES, cache_codes_q8_0, keys, scales, d, queries, scores, next)
    EACH_HEAD_COUNT(SCORES, cache_codes_q4_0, keys, scales, d, queries, scores, next)
}

void cache_code_values(
    enum cache_codes codes, int digits, const void *values, long word_bytes, long d, const float *weights, int heads,
    struct cache_digits *numbers, float *outputs, const void *next) {
    const char *scales = (const char *)values + word_bytes, *next_scales = (const char *)next + word_bytes;
    for (long line = 0; line < d / 32 * CACHE_TILE_TOKENS * 2; line += 64) vector_prefetch(next_scales + line);
    for (int h = 0; h < heads; h++) {
        const float *row = weights + h * CACHE_TILE_TOKENS;
        if (digits == 2) weight_digits(codes, 2, row, scales, d, numbers + h);
        else weight_digits(codes, 3, row, scales, d, numbers + h);
    }
    if (digits == 2) {
        if (codes == cache_codes_q8_0) EACH_HEAD_COUNT(VALUES_OF_2, cache_codes_q8_0, values, d, numbers, outputs, next)
        EACH_HEAD_COUNT(VALUES_OF_2, cache_codes_q4_0, values, d, numbers, outputs, next)
    }
    if (codes == cache_codes_q8_0) EACH_HEAD_COUNT(VALUES_OF_3, cache_codes_q8_0, values, d, numbers, outputs, next)
    EACH_HEAD_COUNT(VALUES_OF_3, cache_codes_q4_0, values, d, numbers, outputs, next)
}
