import Foundation

/// A file's bytes from beginning to end, a piece at a time, so that no file has to fit in memory. A gzip file, told
/// by its first bytes, gives what is packed in it.
struct FilePieces: ~Copyable {
  let path: String
  private let descriptor: Int32
  private var inflater: GzipInflater?
  private var isFirst = true
  private var given = 0

  static let pieceSize = 64 << 10
  /// What no source of synsets comes near: a small gzip file can unpack to any length.
  static let longest = 4 << 30

  init(path: String) throws(WordNetReadError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw .unreadable(path: path, reason: Self.reason()) }
  }

  deinit { close(descriptor) }

  /// The file's length in bytes, packed if it is; 0 where that is not known.
  static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Fills `piece` with the next bytes; it is empty at the end of the file.
  mutating func next(into piece: inout [UInt8]) throws(WordNetReadError) {
    if inflater != nil {
      try inflate(into: &piece)
    } else {
      try read(into: &piece)
      if isFirst, piece.starts(with: GzipInflater.magic) {
        inflater = GzipInflater(path: path)
        inflater?.give(piece)
        try inflate(into: &piece)
      }
    }
    isFirst = false
    given += piece.count
    if given > Self.longest {
      throw .beyondLimit(path: path, line: nil, what: "the length", limit: Self.longest)
    }
  }

  private mutating func inflate(into piece: inout [UInt8]) throws(WordNetReadError) {
    while let status = try inflater?.next(into: &piece), status == .needsInput {
      var packed: [UInt8] = []
      try read(into: &packed)
      inflater?.give(packed)
    }
  }

  private func read(into piece: inout [UInt8]) throws(WordNetReadError) {
    var count = 0
    piece = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, initialized in
      repeat {
        count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      } while count < 0 && errno == EINTR
      initialized = max(0, count)
    }
    if count < 0 { throw .unreadable(path: path, reason: Self.reason()) }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
