/// zlib, with the macros that Swift cannot reach as functions.
#ifndef SYNOPTIC_CZLIB_SHIM_H
#define SYNOPTIC_CZLIB_SHIM_H

#include <zlib.h>

/// Readies a zeroed stream for gzip's format (RFC 1952).
static inline int synoptic_gzip_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

/// The same for zlib's own format (RFC 1950).
static inline int synoptic_zlib_begin(z_stream *stream) { return inflateInit(stream); }

#endif
