#pragma once
// Queries, keys and values of a real model, in the binary: layer 3 of all-MiniLM-L6-v2 (Apache-2.0) reading the first 512
// tokens of the GNU General Public License, version 3. Each is float32 [ACTIVATION_HEADS][ACTIVATION_TOKENS]
// [ACTIVATION_CHANNELS], row-major.

enum { ACTIVATION_HEADS = 12, ACTIVATION_TOKENS = 512, ACTIVATION_CHANNELS = 32 };

const float *activations_query(void);
const float *activations_key(void);
const float *activations_value(void);
