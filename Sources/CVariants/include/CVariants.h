#pragma once
// The variants of attnbench: builds of the whole program, each for one instruction set, of which an installation holds
// several. The launcher, which is built for every x86-64 CPU, starts one of them; the program says which and why.
//
// On another architecture there are none: a program for it is built on the machine that runs it.

// What a CPU and its operating system can do, a bit each, as far as variants ask for it.
enum {
    CPU_X86_64_V3 = 1 << 0,
    CPU_X86_64_V4 = 1 << 1,
    CPU_AVX512_BF16 = 1 << 2,
    CPU_AVX512_VNNI = 1 << 3,
};

typedef struct {
    // The value of ATTNBENCH_MARCH that builds it, and the name of its folder.
    const char *name;
    unsigned needs;
} Variant;

// Sorted: the best is first.
int variantCount(void);
Variant variantAt(int index);

// What the CPU that runs this can do; registers that the operating system does not save do not count.
unsigned cpuFeatures(void);

typedef enum {
    VARIANT_RUNS,
    // The name that was wanted is not in the table, needs what the CPU lacks, or is not installed.
    WANTED_VARIANT_UNKNOWN,
    WANTED_VARIANT_NEEDS_ANOTHER_CPU,
    WANTED_VARIANT_NOT_INSTALLED,
    // No name was wanted, and the CPU runs no variant, or those that it runs are not installed.
    EVERY_VARIANT_NEEDS_ANOTHER_CPU,
    NO_VARIANT_INSTALLED,
} VariantOutcome;

typedef struct {
    VariantOutcome outcome;
    // Of the variant that runs, or of the one that was wanted and is in the table.
    int index;
} VariantChoice;

// The best variant that is installed and that the CPU runs, or the one that is wanted by its name (ATTNBENCH_VARIANT).
// `wanted` is NULL or empty where none is. In `installed` the bit of a variant's index is set.
VariantChoice chooseVariant(const char *wanted, unsigned features, unsigned installed);
