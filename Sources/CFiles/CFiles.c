#define _GNU_SOURCE
#include "CFiles.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

int file_clear(int descriptor, int64_t offset, int64_t count) {
    // The size is kept, so that nothing that somebody cut off comes back as zeros.
    return fallocate(descriptor, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, offset, count);
}

int file_start_writing(int descriptor, int64_t offset, int64_t count) {
    return sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

int file_finish_writing(int descriptor, int64_t offset, int64_t count) {
    return sync_file_range(
        descriptor, offset, count,
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

int folder_is_in_memory(const char *path) {
    struct statfs system;
    if (statfs(path, &system)) return -1;
    return system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
}
