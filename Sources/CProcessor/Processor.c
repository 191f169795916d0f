#define _GNU_SOURCE
#include "CProcessor.h"

#include <sched.h>
#include <string.h>

int processor_current_cpu(void) { return sched_getcpu(); }

#if defined(__x86_64__)
#include <cpuid.h>

void processor_hypervisor_name(char name[13]) {
    unsigned a, b, c, d;
    memset(name, 0, 13);
    // Bit 31 of leaf 1 is reserved for hypervisors; without one, leaf 0x40000000 returns whatever the CPU likes.
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31)) return;
    __cpuid(0x40000000, a, b, c, d);
    memcpy(name, &b, 4);
    memcpy(name + 4, &c, 4);
    memcpy(name + 8, &d, 4);
}
#else
void processor_hypervisor_name(char name[13]) { memset(name, 0, 13); }
#endif

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
