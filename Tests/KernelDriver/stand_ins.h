// The AVX-VNNI kernels with the same instruction in AVX-512's encoding, for machines that have only that one.
#include "int8_kernels.h"

void convolve_avxvnni_stand_in(const synoptic_int8_convolution *convolution);
void depthwise_avxvnni_stand_in(const synoptic_int8_depthwise *depthwise);
