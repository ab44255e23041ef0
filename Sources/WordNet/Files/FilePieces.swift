import Foundation
import Gzip

/// A file's bytes from beginning to end, a piece at a time, so that no file has to fit in memory. A gzip file, told
/// by its first bytes, gives what is packed in it.
struct FilePieces: ~Copyable {
  let path: String
  private let descriptor: Int32
  private var decoder: GzipDecoder?
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
    if decoder != nil {
      try unpack(into: &piece)
    } else {
      try read(into: &piece)
      if isFirst, piece.starts(with: GzipDecoder.magic) {
        decoder = GzipDecoder()
        guard let decoder else { throw .unreadable(path: path, reason: "no memory for unpacking") }
        decoder.give(piece)
        try unpack(into: &piece)
      }
    }
    isFirst = false
    given += piece.count
    if given > Self.longest {
      throw .beyondLimit(path: path, line: nil, what: "the length", limit: Self.longest)
    }
  }

  private func unpack(into piece: inout [UInt8]) throws(WordNetReadError) {
    piece = [UInt8](repeating: 0, count: Self.pieceSize)
    while let decoder {
      switch decoder.next(into: &piece) {
      case .unpacked(let count): return piece.removeSubrange(count...)
      case .ended: return piece.removeAll()
      case .needsInput:
        var packed: [UInt8] = []
        try read(into: &packed)
        decoder.give(packed)
      case .cutOff:
        throw .unreadable(path: path, reason: "the gzip data ends before its end; the file may be cut off")
      case .damaged(let reason, _):
        throw .unreadable(path: path, reason: "the gzip data is damaged: \(reason)")
      }
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
