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

// Asks for what a linear reader will want soon, as many bytes as this step reads. The hardware's own prefetcher stops at
// the end of each page; this runs over it. Nearer than 4 KiB or farther than 16 KiB reads slower, and without it memory
// gives three quarters of what it can.
VECTOR_INLINE void fetch(const char *source, long bytes) {
    UNROLLED for (long line = 0; line < bytes; line += 64) vector_prefetch(source + 8192 + line);
}

// Vectors that a step reads side by side: of plain words, and of codes.
#define CODE_BLOCKS 2

VECTOR_INLINE long key_vector(long blocks, long steps, long block, long step) {
    return (block / blocks * steps + step) * blocks + block % blocks;
}

// The place of a word of values: columns go in chunks of `blocks` vectors, the last ones by single vectors.
VECTOR_INLINE long value_word(long blocks, long d, long rows, long row, long x) {
    const long chunk = x / (blocks * VECTOR_LANES) * blocks * VECTOR_LANES;
    const long width = chunk + blocks * VECTOR_LANES <= d ? blocks * VECTOR_LANES : VECTOR_LANES;
    const long first = x / width * width;
    return first * rows + row * width + x - first;
}

VECTOR_INLINE void scores_of(
    enum cache_layout layout, int heads, const char *keys, long d, const float *queries, float *scores) {
    const long steps = key_steps(layout, d), vector = VECTOR_LANES * word_bytes(layout);
    for (int first = 0; first < TILE_BLOCKS; first += BLOCKS) {
        const char *part = keys + first * steps * vector;
        vector_float sums[CACHE_TILE_HEADS][BLOCKS];
        UNROLLED for (int h = 0; h < heads; h++)
            UNROLLED for (int b = 0; b < BLOCKS; b++) sums[h][b] = (vector_float)(0.0f);
        for (long i = 0; i < steps; i++) {
            vector_float block[BLOCKS];
            UNROLLED for (int b = 0; b < BLOCKS; b++) block[b] = load_lanes(layout, part + (i * BLOCKS + b) * vector);
            fetch(part + i * BLOCKS * vector, BLOCKS * vector);
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
    float *outputs) {
    const long rows = value_rows(layout), word = word_bytes(layout);
    vector_float sums[CACHE_TILE_HEADS][BLOCKS];
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < width; c++) sums[h][c] = load_words(outputs + h * d + x + c * VECTOR_LANES);
    for (long row = 0; row < rows; row++) {
        const char *source = values + (x * rows + row * width * VECTOR_LANES) * word;
        vector_float columns[BLOCKS];
        UNROLLED for (int c = 0; c < width; c++)
            columns[c] = load_lanes(layout, source + c * VECTOR_LANES * word);
        fetch(source, width * VECTOR_LANES * word);
        UNROLLED for (int h = 0; h < heads; h++) {
            vector_float weight = (vector_float)(weights[h * rows + row]);
            UNROLLED for (int c = 0; c < width; c++) sums[h][c] = accumulate(layout, sums[h][c], weight, columns[c]);
        }
    }
    UNROLLED for (int h = 0; h < heads; h++)
        UNROLLED for (int c = 0; c < width; c++) store_words(sums[h][c], outputs + h * d + x + c * VECTOR_LANES);
}

VECTOR_INLINE void values_of(
    enum cache_layout layout, int heads, const char *values, long d, const float *weights, float *outputs) {
    long x = 0;
    for (; x + BLOCKS * VECTOR_LANES <= d; x += BLOCKS * VECTOR_LANES)
        add_values(layout, heads, BLOCKS, values, d, x, weights, outputs);
    for (; x < d; x += VECTOR_LANES) add_values(layout, heads, 1, values, d, x, weights, outputs);
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
    enum cache_layout layout, const void *keys, long d, const void *queries, int heads, float *scores) {
    EACH_LAYOUT(scores_of, keys, d, queries, scores)
}

void cache_values(
    enum cache_layout layout, const void *values, long d, const void *weights, int heads, float *outputs) {
    EACH_LAYOUT(values_of, values, d, weights, outputs)
}

// Words of two bfloat16 as two vectors of float32.
VECTOR_INLINE void split(vector_float words, vector_float *low, vector_float *high) {
    *low = (vector_float)((vector_word)words << 16);
    *high = (vector_float)((vector_word)words & 0xffff0000u);
}

void cache_unpack_keys(enum cache_layout layout, const void *keys, long d, float *unpacked) {
    const long steps = key_steps(layout, d), vector = VECTOR_LANES * word_bytes(layout);
    for (long b = 0; b < TILE_BLOCKS; b++)
        for (long i = 0; i < steps; i++) {
            const char *source = (const char *)keys + key_vector(BLOCKS, steps, b, i) * vector;
            vector_float low, high;
            if (layout != cache_layout_bfloat16) {
                store_words(load_lanes(layout, source), unpacked + key_vector(BLOCKS, d, b, i) * VECTOR_LANES);
                continue;
            }
            split(load_words(source), &low, &high);
            store_words(low, unpacked + key_vector(BLOCKS, d, b, 2 * i) * VECTOR_LANES);
            store_words(high, unpacked + key_vector(BLOCKS, d, b, 2 * i + 1) * VECTOR_LANES);
        }
    for (long line = 0; line < TILE_BLOCKS * steps * vector; line += 64) fetch((const char *)keys + line, 64);
}

void cache_unpack_values(enum cache_layout layout, const void *values, long d, float *unpacked) {
    const long rows = value_rows(layout), word = word_bytes(layout);
    for (long row = 0; row < rows; row++)
        for (long x = 0; x < d; x += VECTOR_LANES) {
            const char *source = (const char *)values + value_word(BLOCKS, d, rows, row, x) * word;
            vector_float low, high;
            if (layout != cache_layout_bfloat16) {
                store_words(load_lanes(layout, source), unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, row, x));
                continue;
            }
            split(load_words(source), &low, &high);
            store_words(low, unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, 2 * row, x));
            store_words(high, unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, 2 * row + 1, x));
        }
    for (long line = 0; line < rows * d * word; line += 64) fetch((const char *)values + line, 64);
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

// Scales as float32, `count` a multiple of VECTOR_LANES: one by one they would cost more than the codes.
VECTOR_INLINE void load_halves(const char *halves, long count, float *floats) {
    for (long i = 0; i < count; i += VECTOR_LANES) store_words(vector_load_float16(halves + 2 * i), floats + i);
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
    enum cache_codes codes, const char *keys, const char *scales, long d, float *unpacked) {
    const int bits = code_bits(codes), packed = 32 / bits;
    const int bias = codes == cache_codes_q8_0 ? 128 : codes == cache_codes_q4_0 ? 8 : 0;
    const long groups = CACHE_TILE_TOKENS / 32 * d;
    float steps[CACHE_TILE_TOKENS / 32 * CACHE_LARGEST_DIMENSION], minima[CACHE_TILE_TOKENS / 32 * CACHE_LARGEST_DIMENSION];
    load_halves(scales, groups, steps);
    if (codes == cache_codes_kivi) load_halves(scales + 2 * groups, groups, minima);
    for (long b = 0; b < TILE_BLOCKS; b++)
        for (long i = 0; i < d / packed; i++) {
            const char *source = keys + key_vector(CODE_BLOCKS, d / packed, b, i) * VECTOR_LANES * 4;
            vector_float words = load_words(source);
            fetch(source, VECTOR_LANES * 4);
            UNROLLED for (int part = 0; part < packed; part++) {
                const long x = i * packed + part;
                vector_float number = code(words, part % 4 * 8 + part / 4 * bits, bits, bias);
                if (codes == cache_codes_kivi) {
                    const long group = b * VECTOR_LANES / 32 * d + x;
                    number = vector_fma(number, (vector_float)(steps[group]), (vector_float)(minima[group]));
                } else number *= load_words(steps + x / 32 * CACHE_TILE_TOKENS + b * VECTOR_LANES);
                store_words(number, unpacked + key_vector(BLOCKS, d, b, x) * VECTOR_LANES);
            }
        }
}

VECTOR_INLINE void unpack_value_codes(
    enum cache_codes codes, const char *values, const char *scales, long d, float *unpacked) {
    const int bits = code_bits(codes), packed = 32 / bits;
    const long count = CACHE_TILE_TOKENS / 32 * d;
    float steps[CACHE_TILE_TOKENS / 32 * CACHE_LARGEST_DIMENSION], minima[CACHE_TILE_TOKENS / 32 * CACHE_LARGEST_DIMENSION];
    load_halves(scales, count, steps);
    if (codes == cache_codes_kivi) load_halves(scales + 2 * count, count, minima);
    for (long row = 0; row < CACHE_TILE_TOKENS / packed; row++)
        for (long x = 0; x < d; x += VECTOR_LANES) {
            const char *source = values + value_word(CODE_BLOCKS, d, CACHE_TILE_TOKENS / packed, row, x) * 4;
            vector_float words = load_words(source);
            fetch(source, VECTOR_LANES * 4);
            UNROLLED for (int part = 0; part < packed; part++) {
                const long token = row * packed + part, scale = x / 32 * CACHE_TILE_TOKENS + token;
                const int shift = part % 4 * 8 + part / 4 * bits;
                vector_float number;
                number = code(words, shift, bits, codes == cache_codes_q8_0 ? 128 : codes == cache_codes_q4_0 ? 8 : 0);
                vector_float step = (vector_float)(steps[scale]);
                number = codes == cache_codes_kivi
                    ? vector_fma(number, step, (vector_float)(minima[scale])) : number * step;
                store_words(number, unpacked + value_word(BLOCKS, d, CACHE_TILE_TOKENS, token, x));
            }
        }
}

void cache_unpack_codes(
    enum cache_codes codes, const void *tile, long values_offset, long word_bytes, long d, float *keys, float *values) {
    const char *k = tile, *v = k + values_offset;
    switch (codes) {
    case cache_codes_q8_0:
        unpack_key_codes(cache_codes_q8_0, k, k + word_bytes, d, keys);
        unpack_value_codes(cache_codes_q8_0, v, v + word_bytes, d, values);
        return;
    case cache_codes_q4_0:
        unpack_key_codes(cache_codes_q4_0, k, k + word_bytes, d, keys);
        unpack_value_codes(cache_codes_q4_0, v, v + word_bytes, d, values);
        return;
    case cache_codes_kivi:
        unpack_key_codes(cache_codes_kivi, k, k + word_bytes, d, keys);
        unpack_value_codes(cache_codes_kivi, v, v + word_bytes, d, values);
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

// Bits of magnitudes order as integers do, with NaN above all: a step that is not finite makes its products so.
VECTOR_INLINE vector_int magnitude_bits(vector_float x) { return (vector_int)((vector_word)x & 0x7fffffffu); }

VECTOR_INLINE float largest_magnitude(vector_int bits) {
    int most = __builtin_reduce_max(bits);
    float largest;
    __builtin_memcpy(&largest, &most, sizeof largest);
    return largest;
}

// Codes count from −bias: so much do a number's digits have too much in every sum.
VECTOR_INLINE int code_bias(enum cache_codes codes) { return codes == cache_codes_q8_0 ? 128 : 8; }

VECTOR_INLINE void store_biases(enum cache_codes codes, int digits, vector_int sums[CACHE_MOST_DIGITS], int *biases) {
    UNROLLED for (int digit = 0; digit < digits; digit++) biases[digit] = -code_bias(codes) * __builtin_reduce_add(sums[digit]);
}

void cache_query_digits(enum cache_codes codes, const float *query, long d, struct cache_digits *result) {
    for (long block = 0; block < d / 32; block++) {
        vector_int largest = (vector_int)0;
        for (long x = 0; x < 32; x += VECTOR_LANES)
            largest = __builtin_elementwise_max(largest, magnitude_bits(load_words(query + block * 32 + x)));
        const float limit = largest_integer(CACHE_KEY_DIGITS), most = largest_magnitude(largest);
        vector_int sums[CACHE_MOST_DIGITS] = {0};
        for (long x = 0; x < 32; x += VECTOR_LANES)
            store_digits(load_words(query + block * 32 + x), most > 0 ? limit / most : 0, CACHE_KEY_DIGITS,
                result->bytes + block * 32 + x, d, sums);
        result->steps[block] = most / limit;
        store_biases(codes, CACHE_KEY_DIGITS, sums, result->biases + block * CACHE_MOST_DIGITS);
    }
}

VECTOR_INLINE void weight_digits(
    enum cache_codes codes, int digits, const float *weights, const char *scales, long d, struct cache_digits *result) {
    for (long block = 0; block < d / 32; block++) {
        const char *row = scales + block * CACHE_TILE_TOKENS * 2;
        vector_int largest = (vector_int)0;
        vector_float products[TILE_BLOCKS];
        UNROLLED for (int b = 0; b < TILE_BLOCKS; b++) {
            products[b] = vector_load_float16(row + b * VECTOR_LANES * 2) * load_words(weights + b * VECTOR_LANES);
            largest = __builtin_elementwise_max(largest, magnitude_bits(products[b]));
        }
        const float limit = largest_integer(digits), most = largest_magnitude(largest);
        vector_int sums[CACHE_MOST_DIGITS] = {0};
        UNROLLED for (int b = 0; b < TILE_BLOCKS; b++)
            store_digits(products[b], most > 0 ? limit / most : 0, digits,
                result->bytes + block * CACHE_TILE_TOKENS + b * VECTOR_LANES, d / 32 * CACHE_TILE_TOKENS, sums);
        result->steps[block] = most / limit;
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

// Two vectors of sums over one block of codes, side by side in each of `rows` rows; digits of the numbers that they are multiplied with, for each head.
VECTOR_INLINE void code_products(
    enum cache_codes codes, int heads, int digits, const char *words, long rows,
    const struct cache_digits *numbers, long first_byte, long digit_bytes, long block,
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
        const char *source = words + row * CODE_BLOCKS * VECTOR_LANES * 4;
        vector_float first = load_words(source), second = load_words(source + VECTOR_LANES * 4);
        fetch(source, CODE_BLOCKS * VECTOR_LANES * 4);
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
    float *scores) {
    const long words = codes == cache_codes_q8_0 ? 8 : 4;
    for (int b = 0; b < TILE_BLOCKS; b += CODE_BLOCKS)
        for (long block = 0; block < d / 32; block++) {
            const long vector = key_vector(CODE_BLOCKS, d / 32 * words, b, block * words);
            vector_float products[CACHE_TILE_HEADS][2];
            code_products(codes, heads, CACHE_KEY_DIGITS, keys + vector * VECTOR_LANES * 4, words, queries, block * 32, d,
                block, products);
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
    float *outputs) {
    const long rows = CACHE_TILE_TOKENS / (codes == cache_codes_q8_0 ? 4 : 8);
    for (long x = 0; x < d; x += 2 * VECTOR_LANES) {
        vector_float products[CACHE_TILE_HEADS][2];
        code_products(codes, heads, digits, values + value_word(CODE_BLOCKS, d, rows, 0, x) * 4, rows, weights,
            x / 32 * CACHE_TILE_TOKENS, d / 32 * CACHE_TILE_TOKENS, x / 32, products);
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
    float *scores) {
    const char *scales = (const char *)keys + word_bytes;
    for (long line = 0; line < d / 32 * CACHE_TILE_TOKENS * 2; line += 64) fetch(scales + line, 64);
    if (codes == cache_codes_q8_0) EACH_HEAD_COUNT(SCORES, cache_codes_q8_0, keys, scales, d, queries, scores)
    EACH_HEAD_COUNT(SCORES, cache_codes_q4_0, keys, scales, d, queries, scores)
}

void cache_code_values(
    enum cache_codes codes, int digits, const void *values, long word_bytes, long d, const float *weights, int heads,
    struct cache_digits *numbers, float *outputs) {
    const char *scales = (const char *)values + word_bytes;
    for (long line = 0; line < d / 32 * CACHE_TILE_TOKENS * 2; line += 64) fetch(scales + line, 64);
    for (int h = 0; h < heads; h++) {
        const float *row = weights + h * CACHE_TILE_TOKENS;
        if (digits == 2) weight_digits(codes, 2, row, scales, d, numbers + h);
        else weight_digits(codes, 3, row, scales, d, numbers + h);
    }
    if (digits == 2) {
        if (codes == cache_codes_q8_0) EACH_HEAD_COUNT(VALUES_OF_2, cache_codes_q8_0, values, d, numbers, outputs)
        EACH_HEAD_COUNT(VALUES_OF_2, cache_codes_q4_0, values, d, numbers, outputs)
    }
    if (codes == cache_codes_q8_0) EACH_HEAD_COUNT(VALUES_OF_3, cache_codes_q8_0, values, d, numbers, outputs)
    EACH_HEAD_COUNT(VALUES_OF_3, cache_codes_q4_0, values, d, numbers, outputs)
}

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

long cache_key_word(long d, long token, long x) {
    return key_vector(BLOCKS, d, token / VECTOR_LANES, x) * VECTOR_LANES + token % VECTOR_LANES;
}

long cache_value_word(long d, long token, long x) { return value_word(BLOCKS, d, CACHE_TILE_TOKENS, token, x); }
