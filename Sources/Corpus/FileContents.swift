#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whole files as bytes.
public enum FileContents {
  /// The bytes of a regular file.
  ///
  /// - Throws: `CorpusError`: the file is missing, no regular file, not permitted, larger than `limit` bytes,
  /// or   changed while it was read.
  public static func read(_ path: String, limit: Int = 1 << 30) throws(CorpusError) -> [UInt8] {
    // Not blocking: a pipe named like an image must not hold the run.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw CorpusError(errno: errno, path: path) }
    defer { close(file) }
    let before = try status(file, path)
    guard before.kind == .file else { throw .notAFile(path: path) }
    guard before.size <= limit else { throw .tooLarge(path: path, limit: limit) }
    let bytes = try read(file, path, count: Int(before.size))
    let after = try status(file, path)
    guard bytes.count == Int(before.size), after == before else { throw .changedWhileRead(path: path) }
    return bytes
  }

  private static func status(_ file: Int32, _ path: String) throws(CorpusError) -> FileStatus {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw CorpusError(errno: errno, path: path) }
    return FileStatus(status)
  }

  /// Up to `count` bytes: fewer where the file has become shorter.
  private static func read(_ file: Int32, _ path: String, count: Int) throws(CorpusError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      initialized = 0
      while initialized < count, let start = target.baseAddress {
        #if canImport(Darwin)
          let got = Darwin.read(file, start + initialized, count - initialized)
        #elseif canImport(Glibc)
          let got = Glibc.read(file, start + initialized, count - initialized)
        #else
          let got = Musl.read(file, start + initialized, count - initialized)
        #endif
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        initialized += got
      }
    }
    if failure != 0 { throw CorpusError(errno: failure, path: path) }
    return bytes
  }
}
