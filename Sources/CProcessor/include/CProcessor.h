#pragma once
#include <stddef.h>
#include <stdint.h>

// What Swift cannot ask of the processor: its pause, the CPU of this instant, the hypervisor.

// Tells the core that this is a waiting loop, so that it spends less on it and a sibling thread gets more.
static inline __attribute__((always_inline)) void processor_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

// The logical CPU that runs this: sched_getcpu, a GNU extension that Swift's Glibc leaves out.
int processor_current_cpu(void);

// The name that a hypervisor gives itself (cpuid leaf 0x40000000, "KVMKVMKVM"), in 12 characters and a zero; an empty
// string without a hypervisor and on other architectures.
void processor_hypervisor_name(char name[13]);

// Loops that do one thing as fast as the CPU can, to find its ceilings. Each keeps as many independent chains as cover
// the instruction's latency on every port: 4 cycles on 2 ports (x86) or 4 ports (Arm) ask for 8 or 16.
// They are compiled here once, not inlined, so that their assembly can be read.

// Floating-point operations of one round: a product and a sum for each lane of each chain; bfloat16 instructions take
// two products and sums a lane. 0 where the build has no such instruction.
int peak_float32_flops(void);
int peak_bfloat16_flops(void);

// Each returns a number made from all its work, so that no compiler drops any.
float peak_float32_rounds(long rounds);
float peak_bfloat16_rounds(long rounds);
// Reads `bytes` bytes, a multiple of 1024, from an address aligned to 64.
float peak_read(const void *start, size_t bytes);
// Takes the lines of a buffer out of every cache, so that the next reading comes from memory however small the buffer is.
void flush_from_caches(const void *start, size_t bytes);
// A register tile on operands in the first cache: rows of queries by two vectors of keys, as a kernel multiplies them.
// Where another guest uses the core's second hardware thread this slows like a kernel, and the chains above hardly do.
int peak_tile_flops(void);
float peak_tile_turns(long turns);
// `hundreds` times a hundred additions of which each needs the one before: as many cycles.
long dependent_additions(long hundreds);

// Work that is the same in every build: a change of it makes builds before and after the change incomparable.

// Goes through `turns` turns of some 20 ns each: eight dependent steps of a multiplication and a load from 16 KiB. It
// measures the core alone, nothing of the memory. Returns a number made from all its work.
unsigned long frozen_loop(long turns);

// The kernel's counters of a thread (perf_event_open), which have no function in any C library and a structure with
// bit fields, which Swift does not see.

struct performance_counts {
    uint64_t cycles, instructions;
};

// Begins to count the calling thread's cycles and instructions in user space, both over the same time. A file descriptor; below
// zero the negative errno of the call: ENOENT where the CPU or a hypervisor has no counters, EACCES or EPERM where the system
// forbids them, ENOSYS where there is no such call.
int performance_counters_open(void);

// Reads both. 0, or below zero the negative errno; EBUSY where others had the CPU's counters for a part of the time, so that
// the counts are too low.
int performance_counters_read(int descriptor, struct performance_counts *counts);
