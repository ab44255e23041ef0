import Foundation

/// A file written beside its place under another name, and moved there at the end.
struct ReplacedFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  init(path: String) throws(WordNetWriteError) {
    self.path = path
    temporary = path + ".partial-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw Self.failure(path) }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporary) }
  }

  mutating func write(_ bytes: [UInt8]) throws(WordNetWriteError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { throw Self.failure(path) }
      rest = rest.dropFirst(count)
    }
  }

  /// Moves the file to its place, once its bytes are on the disk.
  mutating func commit() throws(WordNetWriteError) {
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure(path) }
    isCommitted = true
  }

  private static func failure(_ path: String) -> WordNetWriteError {
    .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}
