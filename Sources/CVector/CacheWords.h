#pragma once
// What the files on cache tiles share: how words are loaded and stored, and where in a tile they are.

#include "CVector.h"
#include "CacheTiles.h"

// A layout or code that a switch forgets does not compile.
#pragma clang diagnostic error "-Wswitch"

#define UNROLLED _Pragma("clang loop unroll(full)")
// Vectors that a step reads side by side, their sums held together: of plain words, and of codes.
#define BLOCKS 4
#define CODE_BLOCKS 2
// Blocks of VECTOR_LANES tokens in a tile.
#define TILE_BLOCKS (CACHE_TILE_TOKENS / VECTOR_LANES)

VECTOR_INLINE vector_float load_words(const void *source) {
    vector_float words;
    __builtin_memcpy(&words, source, sizeof words);
    return words;
}

VECTOR_INLINE void store_words(vector_float words, void *target) { __builtin_memcpy(target, &words, sizeof words); }

// Asks for what a linear reader will want soon, as many bytes as this step reads. The hardware's own prefetcher stops at
// the end of each page; this runs over it. How far ahead is best is for the machine to say (Tuning.swift).
VECTOR_INLINE void fetch(long ahead, const char *source, long bytes) {
    UNROLLED for (long line = 0; line < bytes; line += 64) vector_prefetch(source + ahead + line);
}

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

// Every number of heads of every layout or code is a loop of its own, its sums in registers.
#define EACH_HEAD_COUNT(function, layout, ...)          \
    switch (heads) {                                    \
    case 1: function(layout, 1, __VA_ARGS__); return;   \
    case 2: function(layout, 2, __VA_ARGS__); return;   \
    case 3: function(layout, 3, __VA_ARGS__); return;   \
    default: function(layout, 4, __VA_ARGS__); return;  \
    }
