/// An archive's bytes from the beginning on, unpacked: read, or passed over.
protocol ArchiveStream: AnyObject {
  var archive: ArchiveFile { get }
  /// The offset of the next byte.
  var position: Int64 { get }

  /// The next `count` bytes; fewer only at the end.
  func read(_ count: Int) throws(CorpusError) -> [UInt8]

  /// Passes over bytes.
  ///
  /// - Returns: how many there were; fewer than `count` only at the end.
  func skip(_ count: Int64) throws(CorpusError) -> Int64
}

extension ArchiveFile {
  /// The archive at a path: what is there now, compressed or not as its first bytes say.
  ///
  /// - Throws: `CorpusError` where there is no regular file.
  init(inspecting path: String) throws(CorpusError) {
    let file = try OpenFile(path)
    let start = try file.read(2, at: 0)
    self.init(
      path: path, size: file.status.size, modified: file.status.modified,
      compression: start == [0x1f, 0x8b] ? .gzip : .none)
  }

  func stream() throws(CorpusError) -> any ArchiveStream {
    switch compression {
    case .none: try PlainStream(self)
    case .gzip: try GzipStream(self)
    }
  }

  func error(_ problem: ArchiveProblem, at offset: Int64, member: String? = nil) -> CorpusError {
    .archive(path: path, offset: offset, member: member, problem: problem)
  }
}

/// An archive that is not compressed: passing over is a matter of adding.
final class PlainStream: ArchiveStream {
  let archive: ArchiveFile
  private(set) var position: Int64 = 0
  private let file: OpenFile

  init(_ archive: ArchiveFile) throws(CorpusError) {
    self.archive = archive
    file = try OpenFile(archive.path)
    try file.check(archive)
  }

  func read(_ count: Int) throws(CorpusError) -> [UInt8] {
    let bytes = try file.read(count, at: position)
    position += Int64(bytes.count)
    return bytes
  }

  func skip(_ count: Int64) throws(CorpusError) -> Int64 {
    let skipped = max(0, min(count, file.status.size - position))
    position += skipped
    return skipped
  }
}
