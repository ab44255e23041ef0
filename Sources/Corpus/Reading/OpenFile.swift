#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A regular file, open for reading at any offset, by any thread.
final class OpenFile: Sendable {
  let path: String
  /// As it was when opened.
  let status: FileStatus
  private let descriptor: Int32

  /// - Throws: `CorpusError` where there is no regular file that may be read.
  init(_ path: String) throws(CorpusError) {
    // Not blocking: a pipe named like an image must not hold the run.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CorpusError(errno: errno, path: path) }
    self.path = path
    var status = stat()
    let result = fstat(descriptor, &status)
    self.status = FileStatus(status)
    guard result == 0 else { throw CorpusError(errno: errno, path: path) }
    guard self.status.kind == .file else { throw .notAFile(path: path) }
  }

  deinit { close(descriptor) }

  /// Whether the file is as it was when opened.
  func isUnchanged() throws(CorpusError) -> Bool {
    var now = stat()
    guard fstat(descriptor, &now) == 0 else { throw CorpusError(errno: errno, path: path) }
    return FileStatus(now) == status
  }

  /// - Throws: `CorpusError.changedWhileRead` where it is not the archive that was listed.
  func check(_ archive: ArchiveFile) throws(CorpusError) {
    guard status.size == archive.size, status.modified == archive.modified else {
      throw .changedWhileRead(path: path)
    }
  }

  /// Up to `count` bytes from an offset: fewer where the file ends before.
  func read(_ count: Int, at offset: Int64) throws(CorpusError) -> [UInt8] {
    let possible = Int(max(0, min(Int64(count), status.size - offset)))
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: possible) { target, initialized in
      initialized = fill(UnsafeMutableRawBufferPointer(target), at: offset, &failure)
    }
    if failure != 0 { throw CorpusError(errno: failure, path: path) }
    return bytes
  }

  /// Fills `target`'s `range`; what the file does not have stays as it is.
  ///
  /// - Returns: how many bytes were read.
  func read(into target: inout [UInt8], _ range: Range<Int>, at offset: Int64) throws(CorpusError) -> Int {
    var failure: Int32 = 0
    let count = target.withUnsafeMutableBytes { bytes in
      fill(UnsafeMutableRawBufferPointer(rebasing: bytes[range]), at: offset, &failure)
    }
    if failure != 0 { throw CorpusError(errno: failure, path: path) }
    return count
  }

  private func fill(_ target: UnsafeMutableRawBufferPointer, at offset: Int64, _ failure: inout Int32) -> Int
  {
    var count = 0
    while count < target.count, let start = target.baseAddress {
      let got = pread(descriptor, start + count, target.count - count, off_t(offset) + off_t(count))
      if got < 0 && errno == EINTR { continue }
      if got < 0 { failure = errno }
      if got <= 0 { break }
      count += got
    }
    return count
  }
}
