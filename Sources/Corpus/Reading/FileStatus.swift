#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What `stat` says of a file, in the words used here.
struct FileStatus: Equatable {
  enum Kind { case file, folder, other }

  let kind: Kind
  let size: Int64
  /// Nanoseconds since 1970.
  let modified: Int64
  let identity: FileIdentity

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
    size = Int64(status.st_size)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modified = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    identity = FileIdentity(device: UInt64(truncatingIfNeeded: status.st_dev), node: UInt64(status.st_ino))
  }

  /// Of the file at a path, through symbolic links.
  static func of(_ path: String) throws(CorpusError) -> FileStatus {
    var status = stat()
    guard stat(path, &status) == 0 else { throw CorpusError(errno: errno, path: path) }
    return FileStatus(status)
  }
}

/// What tells whether two paths lead to one folder.
struct FileIdentity: Hashable {
  let device: UInt64
  let node: UInt64
}
