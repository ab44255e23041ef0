import Dispatch

/// Weights and tables in the order the kernels read them, shared by all executors of a plan: most in one allocation,
/// some where a compiled file is mapped.
///
/// `@unchecked Sendable`: the memory is written only by the builder, before anyone else can see it.
struct PackedConstants: @unchecked Sendable {
  private let memory: AlignedMemory
  /// Of each constant, by its number.
  private let addresses: [UnsafeRawPointer]

  subscript(constant: Int) -> UnsafeRawPointer { addresses[constant] }

  fileprivate init(_ pieces: [Builder.Piece], size: Int) {
    let memory = AlignedMemory(size: size)
    let made = pieces.filter { $0.mapped == nil }
    // Threads of their own are of use: a large network has hundreds of megabytes to be written.
    DispatchQueue.concurrentPerform(iterations: made.count) { index in
      made[index].fill(memory.start + made[index].offset)
    }
    self.memory = memory
    addresses = pieces.map { $0.mapped ?? UnsafeRawPointer(memory.start + $0.offset) }
  }

  /// Collects what is to be written; a piece is made in its last place, so that large weights are never there twice.
  struct Builder {
    fileprivate struct Piece: @unchecked Sendable {
      var offset = 0
      var mapped: UnsafeRawPointer?
      var fill: @Sendable (UnsafeMutableRawPointer) -> Void = { _ in }
    }

    private var pieces: [Piece] = []
    private var size = 0

    /// - Returns: the constant's number.
    mutating func append<Element: BitwiseCopyable & Sendable>(_ values: [Element]) -> Int {
      append(byteCount: values.count * MemoryLayout<Element>.stride) { target in
        values.withUnsafeBytes { source in
          if let base = source.baseAddress { target.copyMemory(from: base, byteCount: source.count) }
        }
      }
    }

    /// - Parameter fill: writes the piece, into zeros, at a multiple of 64.
    /// - Returns: the constant's number.
    mutating func append(byteCount: Int, _ fill: @escaping @Sendable (UnsafeMutableRawPointer) -> Void) -> Int
    {
      pieces.append(Piece(offset: size, fill: fill))
      size = (size + byteCount + 63) / 64 * 64
      return pieces.count - 1
    }

    /// - Parameter address: of a constant that is there already, and stays as long as the plan.
    /// - Returns: the constant's number.
    mutating func append(mapped address: UnsafeRawPointer) -> Int {
      pieces.append(Piece(mapped: address))
      return pieces.count - 1
    }

    consuming func finish() -> PackedConstants { PackedConstants(pieces, size: size) }
  }
}
