#pragma once
// Products with tiles of a key/value cache, for the kernels of decoding. Called once a tile, so that one switch over the
// format costs nothing; compiled once, not inlined, so that their assembly can be read.
//
// A tile holds CACHE_TILE_TOKENS tokens of one key/value head. In the keys, tokens are lanes: blocks of VECTOR_LANES
// tokens, in each of them one vector for every word of a row, so that no score needs a sum across lanes. In the values,
// elements are lanes: one row of words for every token, or for the few tokens whose elements share a word.
//
//   format     words of the keys [blocks][steps][VECTOR_LANES]   words of the values [rows][d]
//   float32    one element                                       one token
//   float16    half a word: one element                          half a word: one token
//   bfloat16   two neighbours of a row                           two neighbouring tokens
//
// d is a multiple of 16 here: rows are padded with zeros.

#include <stddef.h>

#define CACHE_TILE_TOKENS 64
// Query heads that one pass over a tile serves: four by four sums fill half of 32 registers.
#define CACHE_TILE_HEADS 4

enum cache_layout { cache_layout_float32, cache_layout_bfloat16, cache_layout_float16, cache_layout_fp8 };

// Dot products of up to CACHE_TILE_HEADS queries with all keys of a tile.
//   queries [heads][d, padded]: float32; for bfloat16 [heads][d, padded] bfloat16
//   scores  [heads][CACHE_TILE_TOKENS]
//   next    where the keys of the next tile lie: asked for meanwhile
void cache_scores(
    enum cache_layout layout, const void *keys, long d, const void *queries, int heads, float *scores, const void *next);

// outputs [heads][d, padded] += weights · values of a tile.
//   weights [heads][CACHE_TILE_TOKENS]: float32; for bfloat16 the same in bfloat16
void cache_values(
    enum cache_layout layout, const void *values, long d, const void *weights, int heads, float *outputs,
    const void *next);

// The keys of a tile in any layout as float32 [blocks][d, padded][VECTOR_LANES], the values as [tokens][d, padded].
void cache_unpack_keys(enum cache_layout layout, const void *keys, long d, float *unpacked, const void *next);
void cache_unpack_values(
    enum cache_layout layout, const void *values, long d, float *unpacked, const void *next);

// The same of a tile of codes: small integers that scales turn into numbers (CacheTileLayout.swift has the arrangement).
enum cache_codes { cache_codes_q8_0, cache_codes_q4_0, cache_codes_kivi };
void cache_unpack_codes(
    enum cache_codes codes, const void *tile, long values_offset, long word_bytes, long d, float *keys, float *values,
    const void *next);

// Products with codes of q8_0 and q4_0 as they lie, in integers: four products of a byte and a signed byte make one
// addition (vector_byte_dot), four times what float32 does in an instruction. What codes are multiplied with is therefore
// cut into signed bytes, for each block of 32 codes that share a scale: queries into three, which keeps the 24 bits of
// float32; weights, scales of the values multiplied in, into three or, where outputs have 16 bits, two.
#define CACHE_KEY_DIGITS 3
#define CACHE_MOST_DIGITS 3
#define CACHE_LARGEST_DIMENSION 1024

struct cache_digits {
    // [digits][numbers]: for a query [digits][d]; for weights [digits][d/32][CACHE_TILE_TOKENS].
    signed char bytes[CACHE_MOST_DIGITS * CACHE_LARGEST_DIMENSION * CACHE_TILE_TOKENS / 32];
    // Of the lowest digit, for each block of codes.
    float steps[CACHE_LARGEST_DIMENSION / 32];
    // What sums begin with, since codes are unsigned: [blocks][CACHE_MOST_DIGITS].
    int biases[CACHE_LARGEST_DIMENSION / 32 * CACHE_MOST_DIGITS];
};

void cache_query_digits(enum cache_codes codes, const float *query, long d, struct cache_digits *result);

// As cache_scores.
void cache_code_scores(
    enum cache_codes codes, const void *keys, long word_bytes, long d, const struct cache_digits *queries, int heads,
    float *scores, const void *next);

// As cache_values; `numbers` is room for one a head.
void cache_code_values(
    enum cache_codes codes, int digits, const void *values, long word_bytes, long d, const float *weights, int heads,
    struct cache_digits *numbers, float *outputs, const void *next);

// Turns unpacked keys by what their place adds to the position of their tile: pairs (i, i + half) by the angles whose
// cosines and sines are [half][CACHE_TILE_TOKENS].
void cache_turn_keys(float *unpacked, long d, long half, const float *cosines, const float *sines);

// Turns one query: pairs (i, i + half) by the angles whose cosines and sines are [half].
void cache_turn_query(const float *query, long half, const float *cosines, const float *sines, float *turned);
