#pragma once
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
