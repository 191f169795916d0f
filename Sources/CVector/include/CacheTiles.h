#pragma once
// Products with tiles of a key/value cache, for the kernels of decoding. Called once a tile, so that one switch over the
// format costs nothing; compiled once, not inlined, so that their assembly can be read.
//
// A tile holds CACHE_TILE_TOKENS tokens of one key/value head. In the keys, tokens are lanes: a step is one word of each
// token, so that no score needs a sum across lanes. In the values, elements are lanes: a row is one word of each
// element, for one token or the few whose elements share a word. Both lie in the order in which they are read, so that
// a tile, and a cache, is one run of ascending addresses: the hardware's prefetcher follows nothing else as well.
//
//   format     words of the keys [steps][tokens]                 words of the values [d/64][rows][64]
//   float32    one element                                       one token
//   float16    half a word: one element                          half a word: one token
//   bfloat16   two neighbours of a row                           two neighbouring tokens
//
// d is a multiple of 16 here: rows are padded with zeros.

#include <stddef.h>

#include "CacheCodes.h"

#define CACHE_TILE_TOKENS 64
// Query heads that one pass over a tile serves: four by four sums fill half of 32 registers.
#define CACHE_TILE_HEADS 4
// Of rows in codes.
#define CACHE_LARGEST_DIMENSION 1024

// Wide bfloat16 lies as bfloat16 does, and is multiplied with float32.
enum cache_layout {
    cache_layout_float32, cache_layout_bfloat16, cache_layout_wide_bfloat16, cache_layout_float16, cache_layout_fp8
};

// The keys, or the values, of a tile of plain words.
struct cache_words {
    const void *words;
    // Elements of a row, padded.
    long d;
    // How many bytes ahead of the word that is read more is asked for. At 0 this is the line that is being read, so that
    // nothing is asked for ahead.
    long ahead;
};

// Dot products of up to CACHE_TILE_HEADS queries with all keys of a tile.
//   queries [heads][d, padded]: float32; for bfloat16 [heads][d, padded] bfloat16
//   scores  [heads][CACHE_TILE_TOKENS]
void cache_scores(
    enum cache_layout layout, struct cache_words keys, const void *queries, int heads, float *scores);

// outputs [heads][d, padded] += weights · values of a tile.
//   weights [heads][CACHE_TILE_TOKENS]: float32; for bfloat16 the same in bfloat16
void cache_values(
    enum cache_layout layout, struct cache_words values, const void *weights, int heads, float *outputs);

// The keys and values of a tile in any layout, as those of a float32 tile.
void cache_unpack_keys(enum cache_layout layout, struct cache_words keys, float *unpacked);
void cache_unpack_values(enum cache_layout layout, struct cache_words values, float *unpacked);

// The keys, or the values, of a tile of codes as those of a float32 tile. Codes are small integers that scales turn into
// numbers; CacheTileLayout.swift says how they lie.
void cache_unpack_key_codes(enum cache_codes codes, const void *keys, long word_bytes, long d, float *unpacked);
void cache_unpack_value_codes(enum cache_codes codes, const void *values, long word_bytes, long d, float *unpacked);

// Products with codes as they lie, but for codes with minima. Keys in integers: four products of a byte and a signed byte make one
// addition (vector_byte_dot), four times what float32 does in an instruction. Queries are cut into signed bytes for it, once
// a step: three for each block of 32, which keep the 24 bits of float32. Values in float32: their scales belong to tokens,
// so weights would have to be cut anew for each tile, head and block, which cost more than the products.
#define CACHE_KEY_DIGITS 3

struct cache_digits {
    // [CACHE_KEY_DIGITS][d], the lowest first.
    signed char bytes[CACHE_KEY_DIGITS * CACHE_LARGEST_DIMENSION];
    // Of the lowest digit, for each block of codes.
    float steps[CACHE_LARGEST_DIMENSION / 32];
    // What sums begin with, since codes are unsigned: [blocks][CACHE_KEY_DIGITS].
    int biases[CACHE_LARGEST_DIMENSION / 32 * CACHE_KEY_DIGITS];
};

void cache_query_digits(enum cache_codes codes, const float *query, long d, struct cache_digits *result);

// As cache_scores.
void cache_code_scores(
    enum cache_codes codes, const void *keys, long word_bytes, long d, const struct cache_digits *queries, int heads,
    float *scores);

// As cache_values.
void cache_code_values(
    enum cache_codes codes, const void *values, long word_bytes, long d, const float *weights, int heads,
    float *outputs);

// Writes one token's row of elements of `bits` bits, `packed` of them in a word of several, else 1.
void cache_put_key(int bits, int packed, void *words, long token, long d, const unsigned *elements);
void cache_put_value(int bits, int packed, void *words, long token, long d, const unsigned *elements);

// Where an element of a float32 or float16 tile is.
long cache_key_word(long d, long token, long x);
long cache_value_word(long d, long token, long x);

// 32 elements as codes, with a scale and, for codes that have one, a minimum in float16: what BlockCodec computes, some
// fifty times as fast.
void cache_encode(enum cache_codes codes, const float *elements, unsigned short scale[2], unsigned *result);

// Turns unpacked keys by what their place adds to the position of their tile: pairs (i, i + half) by the angles whose
// cosines and sines are [half][CACHE_TILE_TOKENS].
void cache_turn_keys(float *unpacked, long d, long half, const float *cosines, const float *sines);

// Turns one query: pairs (i, i + half) by the angles whose cosines and sines are [half].
void cache_turn_query(const float *query, long half, const float *cosines, const float *sines, float *turned);
