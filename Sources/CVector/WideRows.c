#include "CVector.h"

VECTOR_INLINE double element_at(enum vector_element element, const void *row, long i) {
    switch (element) {
    case vector_element_float32: return ((const float *)row)[i];
    case vector_element_float16: return (double)((const _Float16 *)row)[i];
    case vector_element_bfloat16: case vector_element_widened_bfloat16: {
        const unsigned bits = (unsigned)((const unsigned short *)row)[i] << 16;
        float wide;
        __builtin_memcpy(&wide, &bits, sizeof wide);
        return wide;
    }
    }
}

// Eight partial sums: one would wait for each addition.
VECTOR_INLINE double dot(enum vector_element element, const void *a, const void *b, long d) {
    double sums[8] = {0};
    long i = 0;
    for (; i + 8 <= d; i += 8)
        for (int lane = 0; lane < 8; lane++)
            sums[lane] += element_at(element, a, i + lane) * element_at(element, b, i + lane);
    double sum = 0;
    for (; i < d; i++) sum += element_at(element, a, i) * element_at(element, b, i);
    for (int lane = 0; lane < 8; lane++) sum += sums[lane];
    return sum;
}

VECTOR_INLINE void add(enum vector_element element, double weight, const void *value, double *sums, long d) {
    for (long i = 0; i < d; i++) sums[i] += weight * element_at(element, value, i);
}

double wide_dot(enum vector_element element, const void *a, const void *b, long d) {
    switch (element) {
    case vector_element_float32: return dot(vector_element_float32, a, b, d);
    case vector_element_bfloat16: case vector_element_widened_bfloat16:
        return dot(vector_element_bfloat16, a, b, d);
    case vector_element_float16: return dot(vector_element_float16, a, b, d);
    }
}

void wide_add(enum vector_element element, double weight, const void *value, double *sums, long d) {
    switch (element) {
    case vector_element_float32: add(vector_element_float32, weight, value, sums, d); return;
    case vector_element_bfloat16: case vector_element_widened_bfloat16:
        add(vector_element_bfloat16, weight, value, sums, d); return;
    case vector_element_float16: add(vector_element_float16, weight, value, sums, d); return;
    }
}
