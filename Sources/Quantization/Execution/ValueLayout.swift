import CKernels

/// How a value lies in memory: blocks of channels, a border around each map, bytes or floats.
struct ValueLayout: Sendable, Equatable {
  var shape: MapShape
  /// Channels of a block: 16, or 4 or 3 for an image.
  var block: Int
  /// 1 for bytes, 4 for float32.
  var elementSize: Int
  /// Pixels around the map that padded kernels read.
  var top = 0
  var left = 0
  var bottom = 0
  var right = 0
  /// How many blocks are in memory at a time, where not all are.
  var heldBlocks: Int?
  /// How many images' values there are, one behind the other.
  var images = 1
  /// What is filled like the border inside a map that holds several images' maps.
  var seam: MapSeam?
  /// Rows past the end that a kernel reads and doesn't mind what is in them.
  var overrunRows = 0

  var blocks: Int { (shape.channels + block - 1) / block }
  var blocksInMemory: Int { min(blocks, heldBlocks ?? blocks) }
  /// All in bytes.
  var pixel: Int { block * elementSize }
  var row: Int { (left + shape.width + right) * pixel }
  var plane: Int { (top + shape.height + bottom) * row }
  /// From the start of the value to its first pixel inside the border.
  var interior: Int { top * row + left * pixel }
  /// Whether all channels of a pixel are a few bytes on end.
  var isImage: Bool { block == 3 || block == 4 }
  var hasBorder: Bool { top + left + bottom + right > 0 }
  var size: Int { images * imageStride }
  /// One image's, with the bytes that kernels may read past the end.
  var imageStride: Int {
    (blocksInMemory * plane + overrunRows * row + Int(SYNOPTIC_INT8_SLACK) + 63) / 64 * 64
  }

  /// Widens the border so that a window can be read wherever its output lies.
  mutating func makeRoom(for window: Window, output: MapShape) {
    let lastRow =
      (output.height - 1) * window.strideHeight + (window.kernelHeight - 1) * window.dilationHeight
    let lastColumn = (output.width - 1) * window.strideWidth + (window.kernelWidth - 1) * window.dilationWidth
    top = max(top, window.padTop)
    left = max(left, window.padLeft)
    bottom = max(bottom, lastRow - window.padTop - (shape.height - 1))
    right = max(right, lastColumn - window.padLeft - (shape.width - 1))
    // Winograd's kernel reads whole tiles of 4x4 outputs.
    if window.isWinogradShaped { overrunRows = max(overrunRows, 3) }
  }
}

/// A value's place: a part of another value's blocks where it is one input of a concatenation, or overwrites it.
struct ValuePlace: Sendable, Equatable {
  /// Index of the value that owns the memory.
  var root: Int
  /// The first of its blocks.
  var firstBlock: Int
}
