#include "FrozenLoop.h"

enum { entries = 2048 };
static unsigned long table[entries];

// Aligned, so that where the linker puts it does not decide how fast it is; a chain of dependent steps, so that neither
// the compiler's choice of unrolling nor the width of the vectors does.
__attribute__((noinline, aligned(128))) unsigned long frozen_loop(long turns) {
    if (table[0] == 0) {
        unsigned long state = 0x9E3779B97F4A7C15ul;
        for (int i = 0; i < entries; i++) table[i] = state = state * 6364136223846793005ul + 1442695040888963407ul;
    }
    unsigned long x = 1;
    for (long turn = 0; turn < turns; turn++) {
#pragma unroll
        for (int step = 0; step < 8; step++) x = x * 6364136223846793005ul + table[x >> 53];
        __asm__ volatile("" : "+r"(x));
    }
    return x;
}
