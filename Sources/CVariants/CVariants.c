#include "CVariants.h"

#include <stddef.h>
#include <string.h>

// The one place that says which variants there are: scripts/package builds those that stand here.
//
// Kernels ask for four things: fused multiply-adds on 256 bits (v3), the same on 512 bits (v4), products of pairs of
// bfloat16, and those of four bytes. The last two came to most CPUs together, so they are one variant. A variant for
// AVX512-FP16 would serve nobody: no kernel multiplies in float16.
static const Variant variants[] = {
#if defined(__x86_64__)
    {"x86-64-v4+avx512bf16+avx512vnni", CPU_X86_64_V4 | CPU_AVX512_BF16 | CPU_AVX512_VNNI},
    {"x86-64-v4", CPU_X86_64_V4},
    {"x86-64-v3", CPU_X86_64_V3},
#endif
};

int variantCount(void) { return sizeof variants / sizeof *variants; }

Variant variantAt(int index) { return variants[index]; }

// The compiler's own library asks cpuid, and asks with xgetbv whether the operating system saves the wide registers.
unsigned cpuFeatures(void) {
    unsigned features = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v3")) features |= CPU_X86_64_V3;
    if (__builtin_cpu_supports("x86-64-v4")) features |= CPU_X86_64_V4;
    if (__builtin_cpu_supports("avx512bf16")) features |= CPU_AVX512_BF16;
    if (__builtin_cpu_supports("avx512vnni")) features |= CPU_AVX512_VNNI;
#endif
    return features;
}

static int runs(int index, unsigned features) { return (variants[index].needs & ~features) == 0; }

VariantChoice chooseVariant(const char *wanted, unsigned features, unsigned installed) {
    if (wanted != NULL && *wanted != '\0') {
        for (int i = 0; i < variantCount(); i++) {
            if (strcmp(variants[i].name, wanted) != 0) continue;
            if (!runs(i, features)) return (VariantChoice){WANTED_VARIANT_NEEDS_ANOTHER_CPU, i};
            if (!(installed >> i & 1)) return (VariantChoice){WANTED_VARIANT_NOT_INSTALLED, i};
            return (VariantChoice){VARIANT_RUNS, i};
        }
        return (VariantChoice){WANTED_VARIANT_UNKNOWN, -1};
    }
    VariantOutcome outcome = EVERY_VARIANT_NEEDS_ANOTHER_CPU;
    for (int i = 0; i < variantCount(); i++) {
        if (!runs(i, features)) continue;
        if (installed >> i & 1) return (VariantChoice){VARIANT_RUNS, i};
        outcome = NO_VARIANT_INSTALLED;
    }
    return (VariantChoice){outcome, -1};
}
