#ifndef CENGINE_H
#define CENGINE_H

#include "attnbench_engine.h"

// The two sides of an engine that Swift cannot say: a shared library's functions, and memory that two processes share.

/// ATTNBENCH_NONE as Swift can see it: a macro with a cast is not imported.
static const int64_t engine_none = ATTNBENCH_NONE;

typedef struct engine_library engine_library;
typedef struct engine_cell engine_cell;

/// Loads a library for the life of the process. Returns NULL and a sentence where it is no engine.
engine_library *engine_library_open(const char *path, char *message, size_t capacity);
attnbench_description engine_library_description(const engine_library *library);
/// Kernels lie as far apart as the library says that they are large.
const attnbench_kernel *engine_library_kernel(const engine_library *library, size_t index);

/// The texts and the CPUs of a problem; `engine_library_prepare` copies them, and the copies live as long as the cell.
typedef struct {
    const char *kernel, *key_cache_format, *value_cache_format, *positions;
    const int32_t *cpus;
    size_t cpu_count;
    int32_t threads;
} engine_cell_request;

/// NULL where the library refuses: the message says why.
engine_cell *engine_library_prepare(
    const engine_library *library, attnbench_problem problem, engine_cell_request request, attnbench_message *message);
int engine_cell_load(engine_cell *cell, const attnbench_tensors *tensors);
int engine_cell_run(engine_cell *cell, const attnbench_tensors *tensors);
void engine_cell_release(engine_cell *cell);

/// Memory of zeros without a name, reserved whole. Returns its descriptor, or -1 with errno.
int shared_memory_new(const char *label, size_t bytes);
/// From now on only mappings that exist already can be written through; false where the system does not know how.
int shared_memory_seal(int descriptor);
/// Maps it whole. Returns NULL with errno where that fails.
void *shared_memory_map(int descriptor, size_t bytes, int is_writable);

#endif
