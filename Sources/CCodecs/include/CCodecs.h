/// JPEG and PNG decoding behind functions that return a status: neither library's `longjmp` leaves this
/// target.
#ifndef SYNOPTIC_CCODECS_H
#define SYNOPTIC_CCODECS_H

#include "codec_report.h"
#include "jpeg_decoder.h"
#include "jpeg_planes.h"
#include "png_decoder.h"

#endif
