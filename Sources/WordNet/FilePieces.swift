import Foundation

/// A file's bytes from beginning to end, a piece at a time, so that no file has to fit in memory.
struct FilePieces: ~Copyable {
  let path: String
  private let descriptor: Int32

  static let pieceSize = 64 << 10

  init(path: String) throws(WordNetReadError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .unreadable(path: path, reason: Self.reason()) }
  }

  deinit { close(descriptor) }

  /// Fills `piece` with the next bytes; it is empty at the end of the file.
  mutating func next(into piece: inout [UInt8]) throws(WordNetReadError) {
    var count = 0
    piece = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, initialized in
      repeat { count = read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
      initialized = max(0, count)
    }
    if count < 0 { throw .unreadable(path: path, reason: Self.reason()) }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
