/// zlib, with the one macro that Swift cannot reach as a function.
#ifndef SYNOPTIC_CZLIB_SHIM_H
#define SYNOPTIC_CZLIB_SHIM_H

#include <zlib.h>

/// Readies a zeroed stream for gzip's format (RFC 1952).
static inline int synoptic_gzip_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

#endif
