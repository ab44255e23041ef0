#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The names in one folder, sorted by their bytes.
///
/// All lie in one block of bytes: a folder of a million files costs some 40 MB, not a million strings.
struct FolderListing {
  enum Kind: UInt8 { case file, folder, link, other, unknown }

  private struct Name {
    var start: UInt32
    var length: UInt16
    var kind: Kind
  }

  /// Each name with a NUL behind it.
  private var bytes: [UInt8] = []
  private var names: [Name] = []
  private let folder: OpenFolder

  var count: Int { names.count }

  /// Reads a folder's names; those that start with a dot are left out.
  init(_ path: String) throws(CorpusError) {
    folder = try OpenFolder(path)
    errno = 0
    while let entry = readdir(folder.stream) {
      append(entry)
      errno = 0
    }
    if errno != 0 { throw CorpusError(errno: errno, path: path) }
    sort()
  }

  private mutating func append(_ entry: UnsafeMutablePointer<dirent>) {
    let kind: Kind =
      switch Int(entry.pointee.d_type) {
      case Int(DT_REG): .file
      case Int(DT_DIR): .folder
      case Int(DT_LNK): .link
      case Int(DT_UNKNOWN): .unknown
      default: .other
      }
    withUnsafeBytes(of: &entry.pointee.d_name) { name in
      let name = name.prefix { $0 != 0 }
      guard let first = name.first, first != UInt8(ascii: "."), bytes.count < Int(UInt32.max) - name.count - 1
      else {
        return
      }
      names.append(Name(start: UInt32(bytes.count), length: UInt16(name.count), kind: kind))
      bytes.append(contentsOf: name)
      bytes.append(0)
    }
  }

  /// A folder sorts as if its name ended in "/", so that a walk yields paths in the order of their bytes.
  private mutating func sort() {
    bytes.withUnsafeBufferPointer { bytes in
      func byte(_ name: Name, _ index: Int) -> Int {
        if index < Int(name.length) { return Int(bytes[Int(name.start) &+ index]) }
        return index == Int(name.length) && name.kind == .folder ? 0x2f : -1
      }
      names.sort { left, right in
        var index = 0
        while true {
          let (l, r) = (byte(left, index), byte(right, index))
          if l != r { return l < r }
          if l < 0 { return false }
          index &+= 1
        }
      }
    }
  }

  func kind(_ index: Int) -> Kind { names[index].kind }

  func name(_ index: Int) -> ArraySlice<UInt8> {
    let name = names[index]
    return bytes[Int(name.start)..<Int(name.start) + Int(name.length)]
  }

  /// Of a name, through symbolic links where there are some.
  ///
  /// - Parameter path: for the error; made only where there is one.
  func status(_ index: Int, path: @autoclosure () -> String) throws(CorpusError) -> FileStatus {
    var status = stat()
    let start = Int(names[index].start)
    let flags = names[index].kind == .file ? AT_SYMLINK_NOFOLLOW : 0
    let result = bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map {
        fstatat(folder.descriptor, ($0 + start).assumingMemoryBound(to: CChar.self), &status, flags)
      } ?? -1
    }
    guard result == 0 else { throw CorpusError(errno: errno, path: path()) }
    return FileStatus(status)
  }
}

/// A folder that is open, so that its names need no paths.
private final class OpenFolder {
  #if canImport(Darwin)
    let stream: UnsafeMutablePointer<DIR>
  #else
    let stream: OpaquePointer
  #endif
  let descriptor: Int32

  init(_ path: String) throws(CorpusError) {
    guard let stream = opendir(path) else { throw CorpusError(errno: errno, path: path) }
    self.stream = stream
    descriptor = dirfd(stream)
  }

  deinit { closedir(stream) }
}
