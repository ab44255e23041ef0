import Foundation

/// A file's bytes in memory without reading them: pages come in when they are touched.
///
/// `@unchecked Sendable`: the mapping is read-only and lives as long as the object.
final class MappedFile: @unchecked Sendable {
  let path: String
  let count: Int
  private let start: UnsafeMutableRawPointer?

  /// - Throws: `NetworkError.unreadable` if there is no such file, it is a folder, or it cannot be mapped.
  init(path: String) throws(NetworkError) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: Self.lastReason()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, reason: Self.lastReason()) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    count = Int(status.st_size)
    guard count > 0 else {
      start = nil
      return
    }
    guard let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
      throw .unreadable(path: path, reason: Self.lastReason())
    }
    start = mapping
  }

  deinit {
    if let start { munmap(start, count) }
  }

  /// Lends all bytes.
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  private static func lastReason() -> String { String(cString: strerror(errno)).lowercased() }
}
