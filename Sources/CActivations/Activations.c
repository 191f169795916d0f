#include "CActivations.h"

// C, because #embed costs the compiler nothing, where Swift takes half a minute for an array of 200 kB.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const _Alignas(64) unsigned char query_file[] = {
#embed "query.npy"
};
static const _Alignas(64) unsigned char key_file[] = {
#embed "key.npy"
};
static const _Alignas(64) unsigned char value_file[] = {
#embed "value.npy"
};

// The elements are the end of a NumPy file; what stands before them is its header.
enum { ELEMENT_BYTES = ACTIVATION_HEADS * ACTIVATION_TOKENS * ACTIVATION_CHANNELS * (int)sizeof(float) };

const float *activations_query(void) { return (const float *)(query_file + sizeof query_file - ELEMENT_BYTES); }
const float *activations_key(void) { return (const float *)(key_file + sizeof key_file - ELEMENT_BYTES); }
const float *activations_value(void) { return (const float *)(value_file + sizeof value_file - ELEMENT_BYTES); }
