#pragma once
// Sums in double, for the rows whose sums leave the range of float32.

#include "CVector.h"

// The sum of a[i] · b[i] for i < d.
double wide_dot(enum vector_element element, const void *a, const void *b, long d);

// sums[i] += weight · value[i] for i < d.
void wide_add(enum vector_element element, double weight, const void *value, double *sums, long d);
