#define _GNU_SOURCE
#include "Processor.h"

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
