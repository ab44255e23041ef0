#ifndef SYNOPTIC_CPNG_SHIM_H
#define SYNOPTIC_CPNG_SHIM_H

#include <png.h>

#endif
