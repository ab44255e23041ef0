import Foundation

/// Files that a command writes: checked before any work is done for them, and under their name only when whole.
enum OutputFile {
  /// - Returns: the path to write to: where links lead, so that they stay.
  /// - Throws: `UsageError` where the file could not be written.
  static func place(for given: String) throws -> String {
    let manager = FileManager.default
    var path = given
    // Link by link: the file need not be there. The system follows no more than 40.
    for _ in 0..<40 {
      guard let next = try? manager.destinationOfSymbolicLink(atPath: path) else { break }
      path =
        URL(fileURLWithPath: next, relativeTo: URL(fileURLWithPath: path).deletingLastPathComponent()).path
    }
    var isFolder: ObjCBool = false
    if manager.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw UsageError("\(path) is a folder; name a file to write")
    }
    // A file is put in its place when it is whole: a pipe or a device would be gone.
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw UsageError("\(given) is a pipe or a device; name a file to write")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard manager.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw UsageError("\(path) can't be written: there is no folder \(folder)")
    }
    guard isFolder.boolValue else { throw UsageError("\(path) can't be written: \(folder) is not a folder") }
    guard access(folder, W_OK) == 0 else {
      throw UsageError("\(path) can't be written: \(String(cString: strerror(errno)))")
    }
    return path
  }

  struct Unwritable: Error, CustomStringConvertible {
    let path: String
    let reason: String
    var description: String { "\(path) can't be written: \(reason)" }
  }

  /// Writes the file beside its place and moves it there.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { sink in try bytes.withUnsafeBytes { try sink($0) } }
  }

  /// Writes the file beside its place, piece by piece, and moves it there.
  ///
  /// - Parameter contents: gives the file's bytes to the sink it is handed.
  static func write(
    to path: String, _ contents: (_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let partial = "\(path).partial-\(getpid())"
    do {
      guard FileManager.default.createFile(atPath: partial, contents: nil),
        let file = FileHandle(forWritingAtPath: partial)
      else { throw Unwritable(path: path, reason: String(cString: strerror(errno))) }
      defer { try? file.close() }
      // In pieces, so that a large section is not there twice.
      try contents { bytes in
        for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
          try file.write(contentsOf: Data(bytes[start..<min(bytes.count, start + 1 << 20)]))
        }
      }
    } catch let error as Unwritable {
      unlink(partial)
      throw error
    } catch {
      unlink(partial)
      throw Unwritable(path: path, reason: CommandEnding.sentences(of: error).joined(separator: "; "))
    }
    guard rename(partial, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(partial)
      throw Unwritable(path: path, reason: reason)
    }
  }
}
