import Foundation

/// A file's bytes in memory without reading them: pages come in when they are touched.
///
/// `@unchecked Sendable`: the mapping is read-only and lives as long as the object.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  public let count: Int
  private let start: UnsafeMutableRawPointer?

  /// - Throws: `NetworkError.unreadable` if there is no such file, it is a folder, or it cannot be mapped.
  public init(path: String) throws(NetworkError) {
    self.path = path
    // Opening a pipe would wait for who writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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
  public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Gives back the memory of whole pages in `range`; they come in again when they are touched.
  public func release(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let last = min(range.upperBound, count) / page * page
    guard let start, first < last else { return }
    madvise(start + first, last - first, Int32(MADV_DONTNEED))
  }

  private static func lastReason() -> String { String(cString: strerror(errno)).lowercased() }
}
