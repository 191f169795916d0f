// A layer between a program and the operating system (LD_PRELOAD): it counts the calls by which files under one folder
// are opened, written, brought to disk, renamed and removed, and lets the n-th of them fail or be the last thing that
// the program does.
//
// ATTNBENCH_FAULT_FOLDER   the folder, as an absolute path
// ATTNBENCH_FAULT_COUNTER  a file of 8 bytes, shared with every program that this one starts: the calls so far
// ATTNBENCH_FAULT_STEP     n
// ATTNBENCH_FAULT          ENOSPC, EIO, EINTR, or KILL
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *folder;
static long faulty_step;
static int reason;
static atomic_long *calls;

__attribute__((constructor)) static void prepare(void) {
    const char *counter = getenv("ATTNBENCH_FAULT_COUNTER");
    const char *step = getenv("ATTNBENCH_FAULT_STEP");
    const char *fault = getenv("ATTNBENCH_FAULT");
    if (!counter || !step || !fault) return;
    int descriptor = NEXT(open)(counter, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *memory = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (memory == MAP_FAILED) return;
    calls = memory;
    faulty_step = atol(step);
    reason = !strcmp(fault, "ENOSPC") ? ENOSPC : !strcmp(fault, "EIO") ? EIO : !strcmp(fault, "EINTR") ? EINTR : 0;
    folder = getenv("ATTNBENCH_FAULT_FOLDER");
}

static int is_ours(const char *path) {
    if (!folder || !path) return 0;
    if (path[0] == '/') return strncmp(path, folder, strlen(folder)) == 0;
    char current[PATH_MAX];
    return getcwd(current, sizeof current) && strncmp(current, folder, strlen(folder)) == 0;
}

static int is_open_in_ours(int descriptor) {
    if (!folder) return 0;
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return path[0] == '/' && is_ours(path);
}

/// Whether this call is to fail; it does not return where the program is to be killed here.
static int fails(void) {
    if (atomic_fetch_add(calls, 1) + 1 != faulty_step) return 0;
    if (reason == 0) raise(SIGKILL);
    errno = reason;
    return 1;
}

static int open_file(const char *path, int flags, mode_t mode) {
    // A file that is only read loses nothing.
    if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && is_ours(path) && fails()) return -1;
    return NEXT(open)(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (is_open_in_ours(descriptor)) {
        // A disk fills up, and a program dies, in the middle of a piece; what is interrupted has done nothing.
        if (atomic_load(calls) + 1 == faulty_step && reason != EINTR && count > 1) NEXT(write)(descriptor, bytes, count / 2);
        if (fails()) return -1;
    }
    return NEXT(write)(descriptor, bytes, count);
}

// This one returns its error.
int posix_fallocate(int descriptor, off_t offset, off_t count) {
    return is_open_in_ours(descriptor) && fails() ? errno : NEXT(posix_fallocate)(descriptor, offset, count);
}

int posix_fallocate64(int descriptor, off_t offset, off_t count) { return posix_fallocate(descriptor, offset, count); }

int fallocate(int descriptor, int mode, off_t offset, off_t count) {
    return is_open_in_ours(descriptor) && fails() ? -1 : NEXT(fallocate)(descriptor, mode, offset, count);
}

int sync_file_range(int descriptor, off_t offset, off_t count, unsigned flags) {
    return is_open_in_ours(descriptor) && fails() ? -1 : NEXT(sync_file_range)(descriptor, offset, count, flags);
}

int fsync(int descriptor) { return is_open_in_ours(descriptor) && fails() ? -1 : NEXT(fsync)(descriptor); }

int ftruncate(int descriptor, off_t size) {
    return is_open_in_ours(descriptor) && fails() ? -1 : NEXT(ftruncate)(descriptor, size);
}

int ftruncate64(int descriptor, off_t size) { return ftruncate(descriptor, size); }

int rename(const char *path, const char *target) {
    return is_ours(target) && fails() ? -1 : NEXT(rename)(path, target);
}

int link(const char *path, const char *target) { return is_ours(target) && fails() ? -1 : NEXT(link)(path, target); }

int unlink(const char *path) { return is_ours(path) && fails() ? -1 : NEXT(unlink)(path); }

int mkdir(const char *path, mode_t mode) { return is_ours(path) && fails() ? -1 : NEXT(mkdir)(path, mode); }
