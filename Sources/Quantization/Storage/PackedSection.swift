/// Weights in the orders of one instruction set's kernels, kept beside the portable ones: a machine that has those
/// instructions starts without packing, any other packs the portable weights.
struct PackedSection: Sendable {
  var directory: Directory
  var bytes: NetworkBytes

  /// What a piece holds; kernels' orders are told apart by name.
  enum Kind: String, Sendable, Codable {
    /// int32, the sums of each output channel's positive weights, then those of its negative ones.
    case sums
    case dense16
    /// Of four input blocks, or of all, a tap's weights lie together.
    case dense16Fours
    case dense16All
    case dense4
    /// Of an image whose pixels are three bytes.
    case colors
    case winograd
    case winogradTaps
  }

  struct Piece: Sendable, Codable {
    /// The value that the convolution makes.
    var output: Int
    var kind: Kind
    /// In the section.
    var span: DataSpan
  }

  struct Directory: Sendable, Codable {
    var instructionSet: String
    var pieces: [Piece]
  }

  /// - Returns: where the piece lies, on a cache line; nil where it isn't there in just this size.
  func address(of kind: Kind, output: Int, byteCount: Int) -> UnsafeRawPointer? {
    guard let piece = directory.pieces.first(where: { $0.output == output && $0.kind == kind }),
      piece.span.count == byteCount, let start = bytes.mappedAddress
    else { return nil }
    let address = start + piece.span.offset
    return Int(bitPattern: address) % 64 == 0 ? address : nil
  }
}
