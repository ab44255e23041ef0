/// Weights and tables in the order the kernels read them: one allocation, shared by all executors of a plan.
///
/// `@unchecked Sendable`: written only by its builder, before anyone else can see it.
final class PackedConstants: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let size: Int

  fileprivate init(_ pieces: [Builder.Piece], size: Int) {
    self.size = size
    start = .allocate(byteCount: max(size, 64), alignment: 64)
    for piece in pieces {
      piece.bytes.withUnsafeBytes { source in
        if let base = source.baseAddress {
          (start + piece.offset).copyMemory(from: base, byteCount: source.count)
        }
      }
    }
  }

  deinit { start.deallocate() }

  struct Builder {
    fileprivate struct Piece {
      var offset: Int
      var bytes: [UInt8]
    }

    private var pieces: [Piece] = []
    private var size = 0

    /// - Returns: the offset of the values, a multiple of 64.
    mutating func append<Element: BitwiseCopyable>(_ values: [Element]) -> Int {
      let offset = size
      pieces.append(Piece(offset: offset, bytes: values.withUnsafeBytes { Array($0) }))
      size = (size + values.count * MemoryLayout<Element>.stride + 63) / 64 * 64
      return offset
    }

    consuming func finish() -> PackedConstants { PackedConstants(pieces, size: size) }
  }
}
