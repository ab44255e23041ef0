/// libjpeg's header uses FILE and size_t without declaring them.
#ifndef SYNOPTIC_CJPEG_SHIM_H
#define SYNOPTIC_CJPEG_SHIM_H

#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#endif
