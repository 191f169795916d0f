#ifndef CFILES_H
#define CFILES_H

#include <stdint.h>

// What Linux can do with open files and Swift does not see, because the C library declares it only to those who ask for the
// extensions of GNU. Where it is not said otherwise, a call returns 0, or −1 with the reason in errno.

/// Makes these bytes zero without writing zeros. Their room on the disk stays reserved, and a page of them that is stored to
/// is not read from the disk first. The reason is EOPNOTSUPP where the file system cannot do this.
int file_clear(int descriptor, int64_t offset, int64_t count);

/// Gives these bytes to the disk, and does not wait until it has them.
int file_start_writing(int descriptor, int64_t offset, int64_t count);

/// Returns when the disk has these bytes, or fails if it could not take them.
int file_finish_writing(int descriptor, int64_t offset, int64_t count);

/// 1 where files of this folder lie in memory and not on a disk, 0 where they do not.
int folder_is_in_memory(const char *path);

#endif
