#pragma once
// The kernel's counters of a thread (perf_event_open), which have no function in any C library and a structure with
// bit fields, which Swift does not see.
#include <stdint.h>

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
