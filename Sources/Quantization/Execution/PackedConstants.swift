/// Weights and tables in the order the kernels read them: one allocation, shared by all executors of a plan.
struct PackedConstants: Sendable {
  /// Written only by the builder, before anyone else can see it.
  private let memory: AlignedMemory

  var start: UnsafeMutableRawPointer { memory.start }

  fileprivate init(_ pieces: [Builder.Piece], size: Int) {
    memory = AlignedMemory(size: size)
    for piece in pieces { piece.fill(memory.start + piece.offset) }
  }

  /// Collects what is to be written; a piece is made in its last place, so that large weights are never there twice.
  struct Builder {
    fileprivate struct Piece {
      var offset: Int
      var fill: (UnsafeMutableRawPointer) -> Void
    }

    private var pieces: [Piece] = []
    private var size = 0

    /// - Returns: the offset of the values, a multiple of 64.
    mutating func append<Element: BitwiseCopyable>(_ values: [Element]) -> Int {
      append(byteCount: values.count * MemoryLayout<Element>.stride) { target in
        values.withUnsafeBytes { source in
          if let base = source.baseAddress { target.copyMemory(from: base, byteCount: source.count) }
        }
      }
    }

    /// - Parameter fill: writes the piece, into zeros.
    /// - Returns: the piece's offset, a multiple of 64.
    mutating func append(byteCount: Int, _ fill: @escaping (UnsafeMutableRawPointer) -> Void) -> Int {
      let offset = size
      pieces.append(Piece(offset: offset, fill: fill))
      size = (size + byteCount + 63) / 64 * 64
      return offset
    }

    consuming func finish() -> PackedConstants { PackedConstants(pieces, size: size) }
  }
}
