/* attnbench_engine.h: a kernel of your own under attnbench, in C or in anything that can export C functions.
 *
 * A shared library that defines the four functions below is an engine:
 *
 *     cc -O3 -march=native -fPIC -shared -o libmine.so mine.c
 *     attnbench check --engine ./libmine.so
 *
 * This header is C99 and needs nothing else; copy it freely. Every struct begins with its size in bytes as its writer knows
 * it, so that a later version can add fields behind those of today: look at `size` before you read a field that is newer than
 * the version you were written for.
 */
#ifndef ATTNBENCH_ENGINE_H
#define ATTNBENCH_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATTNBENCH_ENGINE_VERSION 1

/* Element types, as bits, so that a kernel can list several. */
enum { ATTNBENCH_FLOAT32 = 1, ATTNBENCH_BFLOAT16 = 2, ATTNBENCH_FLOAT16 = 4 };

/* In place of a number: no limit to the left or right, no chunks, pairs or bytes that are not known. */
#define ATTNBENCH_NONE ((int64_t)-1)

/* One kernel of the engine. */
typedef struct {
    size_t size;
    const char *name;       /* letters, digits, '.', '_', '-' */
    const char *summary;    /* one line on how it computes */
    const char *phase;      /* "prefill", "decode", "backward", "training" or "checkpointed" */
    const char *mask;       /* full, causal, sliding-window, symmetric-window, attention-sink, chunked-local, any */
    uint32_t element_types; /* ATTNBENCH_FLOAT32 | ... */
} attnbench_kernel;

/* What the library is. Texts and kernels stay the library's. */
typedef struct {
    size_t size;
    uint32_t version; /* set it to ATTNBENCH_ENGINE_VERSION */
    const char *name;
    const char *engine_version;
    const attnbench_kernel *kernels;
    size_t kernel_count;
} attnbench_description;

/* What is to be computed: softmax(scale * Q K^T + mask) V. Query head h reads key/value head h * key_value_heads /
 * query_heads. The last query stands at the last key: query i stands at position p = key_length - query_length + i. It sees
 * keys p - left to p + right that lie in its chunk (p / chunk), and the first `sinks` keys, though none after p + right. */
typedef struct {
    size_t size;
    const char *kernel; /* its name */
    int64_t batch, query_heads, key_value_heads, query_length, key_length;
    int64_t key_head_dimension, value_head_dimension;
    double scale;
    int64_t sinks, left, right, chunk; /* left, right, chunk: ATTNBENCH_NONE for no limit */
    uint32_t element_type;             /* one of the bits above; of all four tensors */
    const char *key_cache_format, *value_cache_format;
    const char *positions; /* "none", or how a decode kernel rotates */
} attnbench_problem;

/* Where to run: so many threads, on these CPUs. The process is bound to them already; `cpus` is NULL where it is not. */
typedef struct {
    size_t size;
    int32_t threads;
    const int32_t *cpus;
    size_t cpu_count;
} attnbench_placement;

/* Aligned to 64 bytes, with 64 readable bytes behind the last element; gradients to be written are aligned to their elements
 * alone. Laid out [batch][heads][tokens][dimension].
 *
 * Kernels of the phases "backward", "training" and "checkpointed" read the gradient of the output, and write those of the query, the key and
 * the value; `output` is NULL then. In the other phases the gradients are NULL. */
typedef struct {
    size_t size;
    const void *query;
    const void *key;
    const void *value;
    void *output;
    const void *output_gradient;
    void *query_gradient;
    void *key_gradient;
    void *value_gradient;
} attnbench_tensors;

/* What the library says about a problem. Write a sentence into `text`, with its final zero within `capacity`, where the
 * problem is refused; set the counts where they are known. */
typedef struct {
    size_t size;
    char *text;
    size_t capacity;
    int64_t computed_pairs; /* over all batches and heads; ATTNBENCH_NONE at first */
    int64_t scratch_bytes;  /* beside the tensors; ATTNBENCH_NONE at first */
} attnbench_message;

/* Fills in what `description->size` has room for. */
void attnbench_describe(attnbench_description *description);

/* Once for each problem, untimed: may allocate, start threads and compile. NULL refuses the problem. */
void *attnbench_prepare(
    const attnbench_problem *problem, const attnbench_placement *placement, attnbench_message *message);

/* Optional. Whenever the tensors have new contents, untimed: for kernels that keep a layout of their own. A decode kernel
 * fills its cache with all tokens but the last; a backward kernel computes the forward pass. 0 is success. */
int attnbench_load(void *handle, const attnbench_tensors *tensors);

/* What is timed. A decode kernel takes the last token: it writes its key and value into the cache, each time at the same
 * place, and attends to all that it sees. A training kernel computes the forward pass, then the
 * gradients; a checkpointed one computes the forward pass twice before. 0 is success. */
int attnbench_run(void *handle, const attnbench_tensors *tensors);

void attnbench_release(void *handle);

#ifdef __cplusplus
}
#endif

#endif
