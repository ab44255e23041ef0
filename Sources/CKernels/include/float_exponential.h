/// Exponentials of many elements (the float executor).
#ifndef SYNOPTIC_FLOAT_EXPONENTIAL_H
#define SYNOPTIC_FLOAT_EXPONENTIAL_H

#include <stddef.h>

/// y = exp(x - less) for each element, to about 1e-7 of itself; y may be x. What would be below the normal numbers is 0.
void synoptic_float_exponentials(const float *x, float less, float *y, size_t count);

/// y = 1 / (1 + exp(-x)) for each element; y may be x.
void synoptic_float_sigmoids(const float *x, float *y, size_t count);

#endif
