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

// Turns unpacked keys by what their place adds to the position of their tile: pairs (i, i + half) by the angles whose
// cosines and sines are [half][CACHE_TILE_TOKENS].
void cache_turn_keys(float *unpacked, long d, long half, const float *cosines, const float *sines);

// Turns one query: pairs (i, i + half) by the angles whose cosines and sines are [half].
void cache_turn_query(const float *query, long half, const float *cosines, const float *sines, float *turned);
