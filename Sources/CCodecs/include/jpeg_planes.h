/// A JPEG's components as they are stored: luma, and chroma that may have fewer columns and rows, not yet made colours.
///
/// In the place of `synoptic_jpeg_start` and `read_rows` come start_planes, and read_strip until all strips are there.
#ifndef SYNOPTIC_JPEG_PLANES_H
#define SYNOPTIC_JPEG_PLANES_H

#include "jpeg_decoder.h"

typedef struct synoptic_jpeg_planes {
  /// Columns and rows of the image for one sample of chroma: 1 or 2.
  uint32_t columns_a_sample;
  uint32_t rows_a_sample;
  /// Rows of the image that come at once.
  uint32_t strip_rows;
} synoptic_jpeg_planes;

/// What the planes of the image would be at this size in eighths.
/// - Returns: false where it has no luma and chroma to be had so.
bool synoptic_jpeg_find_planes(synoptic_jpeg_decoder *decoder, uint32_t eighths, synoptic_jpeg_planes *planes);

/// Chooses the part of the image to be decoded. The options' `bytes_per_pixel` is of no meaning.
///
/// `region`, of the scaled image, is widened to whole units of the stream. Its first strip begins at its top, and the last
/// one may have rows beyond it.
void synoptic_jpeg_start_planes(
    synoptic_jpeg_decoder *decoder, synoptic_region *region, const synoptic_jpeg_options *options,
    synoptic_codec_report *report);

/// The next strip of the region: luma, Cb and Cr, `stride` bytes from row to row.
///
/// Up to `region.width` bytes of a row are written, of chroma's one for each sample's columns; the image may end before.
void synoptic_jpeg_read_strip(
    synoptic_jpeg_decoder *decoder, uint8_t *const planes[3], size_t stride, synoptic_codec_report *report);

#endif
