#define _GNU_SOURCE
#include "CEngine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

int shared_memory_new(const char *label, size_t bytes) {
    int descriptor = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -1;
    // Without this the memory would be found missing at some write to it, which ends the process with SIGBUS.
    int failure = posix_fallocate(descriptor, 0, (off_t)bytes);
    if (failure == 0) return descriptor;
    close(descriptor);
    errno = failure;
    return -1;
}

int shared_memory_seal(int descriptor) {
    return fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE) == 0;
}

void *shared_memory_map(int descriptor, size_t bytes, int is_writable) {
    int protection = PROT_READ | (is_writable ? PROT_WRITE : 0);
    void *memory = mmap(NULL, bytes, protection, MAP_SHARED, descriptor, 0);
    return memory == MAP_FAILED ? NULL : memory;
}
