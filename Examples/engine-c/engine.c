/* Causal attention in C, a query at a time with an online softmax: no scratch memory that grows with the text. */
#include "attnbench_engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const attnbench_kernel kernels[] = {{
    .size = sizeof(attnbench_kernel),
    .name = "online-causal",
    .summary = "a query at a time, online softmax, plain C",
    .phase = "prefill",
    .mask = "causal",
    .element_types = ATTNBENCH_FLOAT32,
}};

void attnbench_describe(attnbench_description *description) {
    description->version = ATTNBENCH_ENGINE_VERSION;
    description->name = "engine-c";
    description->engine_version = "1.0";
    description->kernels = kernels;
    description->kernel_count = 1;
}

void *attnbench_prepare(
    const attnbench_problem *problem, const attnbench_placement *placement, attnbench_message *message) {
    if (placement->threads != 1) {
        snprintf(message->text, message->capacity, "one thread only, not %d", (int)placement->threads);
        return NULL;
    }
    message->scratch_bytes = 0;
    attnbench_problem *copy = malloc(sizeof *copy);
    if (copy) *copy = *problem;
    return copy;
}

static void attend(
    const attnbench_problem *p, const float *query, const float *keys, const float *values, int64_t seen, float *output) {
    int64_t d = p->key_head_dimension, dv = p->value_head_dimension;
    float largest = -INFINITY, sum = 0;
    for (int64_t x = 0; x < dv; x++) output[x] = 0;
    for (int64_t j = 0; j < seen; j++) {
        float score = 0;
        for (int64_t x = 0; x < d; x++) score += query[x] * keys[j * d + x];
        score *= (float)p->scale;
        if (score > largest) {
            float shrink = expf(largest - score);
            for (int64_t x = 0; x < dv; x++) output[x] *= shrink;
            sum *= shrink;
            largest = score;
        }
        float weight = expf(score - largest);
        sum += weight;
        for (int64_t x = 0; x < dv; x++) output[x] += weight * values[j * dv + x];
    }
    for (int64_t x = 0; x < dv; x++) output[x] /= sum;
}

int attnbench_run(void *handle, const attnbench_tensors *tensors) {
    const attnbench_problem *p = handle;
    int64_t n = p->query_length, m = p->key_length, d = p->key_head_dimension, dv = p->value_head_dimension;
    for (int64_t head = 0; head < p->batch * p->query_heads; head++) {
        int64_t shared = head * p->key_value_heads / p->query_heads;
        const float *query = (const float *)tensors->query + head * n * d;
        const float *keys = (const float *)tensors->key + shared * m * d;
        const float *values = (const float *)tensors->value + shared * m * dv;
        float *output = (float *)tensors->output + head * n * dv;
        for (int64_t i = 0; i < n; i++) attend(p, query + i * d, keys, values, m - n + i + 1, output + i * dv);
    }
    return 0;
}

void attnbench_release(void *handle) { free(handle); }
