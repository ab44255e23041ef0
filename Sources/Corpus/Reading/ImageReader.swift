import Digest
import Synchronization

/// The one way from where an image lies to its bytes.
///
/// Any number of threads may share a reader. A plain file or archive is read where its bytes are; of a compressed
/// archive it keeps places to go on from, so that reading in order unpacks it once and reading at random does not
/// begin at the beginning every time.
public final class ImageReader: Sendable {
  /// No image has more; a hostile header may say so.
  public static let largestImage = 1 << 30

  private let compressed = Mutex<[ArchiveFile: CompressedArchive]>([:])

  public init() {}

  /// - Throws: `CorpusError`: it is missing, not permitted, larger than `limit` bytes, changed since it was listed or
  ///   while it was read, or the archive is damaged.
  public func bytes(
    of location: ImageLocation, limit: Int = ImageReader.largestImage
  ) throws(CorpusError) -> [UInt8] {
    switch location {
    case .file(let path): return try FileContents.read(path, limit: limit)
    case .member(let member):
      guard member.size <= limit else { throw .tooLarge(path: location.description, limit: limit) }
      switch member.archive.compression {
      case .none: return try plainBytes(member)
      case .gzip: return try compressedBytes(member)
      }
    }
  }

  /// The SHA-256 of an image's bytes, and how many there are; holes count as the zeros they stand for.
  ///
  /// Memory stays small whatever a file or a header says its size is.
  public func digest(of location: ImageLocation) throws(CorpusError) -> (digest: SHA256Digest, size: Int64) {
    switch location {
    case .file(let path):
      let file = try OpenFile(path)
      if file.status.size > Self.pieceSize { return try digest(file) }
    case .member(let member):
      if member.size > Self.pieceSize { return try digest(member) }
    }
    let bytes = try bytes(of: location)
    return (SHA256.hash(bytes), Int64(bytes.count))
  }

  private static let pieceSize = 4 << 20

  private func digest(_ file: OpenFile) throws(CorpusError) -> (SHA256Digest, Int64) {
    guard file.status.size <= Self.largestImage else {
      throw .tooLarge(path: file.path, limit: Self.largestImage)
    }
    var hash = SHA256()
    var offset: Int64 = 0
    while offset < file.status.size {
      let bytes = try file.read(Self.pieceSize, at: offset)
      guard !bytes.isEmpty else { throw .changedWhileRead(path: file.path) }
      hash.update(bytes)
      offset += Int64(bytes.count)
    }
    guard try file.isUnchanged() else { throw .changedWhileRead(path: file.path) }
    return (hash.finalize(), offset)
  }

  private func digest(_ member: ArchiveMember) throws(CorpusError) -> (SHA256Digest, Int64) {
    guard member.size <= Self.largestImage else {
      throw .tooLarge(path: ImageLocation.member(member).description, limit: Self.largestImage)
    }
    var hash = SHA256()
    var place: Int64 = 0
    let zeros = [UInt8](repeating: 0, count: 64 << 10)
    func pass(to end: Int64) {
      while place < end {
        let count = Int(min(end - place, Int64(zeros.count)))
        zeros.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        place += Int64(count)
      }
    }
    for extent in member.extents {
      pass(to: extent.start)
      for start in stride(from: 0, to: extent.count, by: Self.pieceSize) {
        let count = min(Int64(Self.pieceSize), extent.count - start)
        let piece = ArchiveMember(
          archive: member.archive, name: member.name, size: count,
          extents: [ArchiveExtent(offset: extent.offset + start, start: 0, count: count)])
        hash.update(try bytes(of: .member(piece)))
        place += count
      }
    }
    pass(to: member.size)
    return (hash.finalize(), place)
  }

  private func plainBytes(_ member: ArchiveMember) throws(CorpusError) -> [UInt8] {
    let file = try OpenFile(member.archive.path)
    try file.check(member.archive)
    func missing(_ count: Int64, _ extent: ArchiveExtent) -> CorpusError {
      member.archive.error(
        .truncated(missing: count), at: file.status.size, member: member.name)
    }
    let bytes: [UInt8]
    if let only = member.extents.first, member.extents.count == 1, only.start == 0, only.count == member.size
    {
      bytes = try file.read(Int(only.count), at: only.offset)
      if bytes.count < only.count { throw missing(only.count - Int64(bytes.count), only) }
    } else {
      var filled = [UInt8](repeating: 0, count: Int(member.size))
      for extent in member.extents {
        let range = Int(extent.start)..<Int(extent.start + extent.count)
        let count = try file.read(into: &filled, range, at: extent.offset)
        if count < range.count { throw missing(Int64(range.count - count), extent) }
      }
      bytes = filled
    }
    guard try file.isUnchanged() else { throw .changedWhileRead(path: member.archive.path) }
    return bytes
  }

  private func compressedBytes(_ member: ArchiveMember) throws(CorpusError) -> [UInt8] {
    let archive = compressed.withLock { archives in
      if let known = archives[member.archive] { return known }
      let new = CompressedArchive(member.archive)
      archives[member.archive] = new
      return new
    }
    var bytes = [UInt8](repeating: 0, count: Int(member.size))
    for extent in member.extents {
      let read = try archive.read(extent, member: member.name)
      bytes.replaceSubrange(Int(extent.start)..<Int(extent.start) + read.count, with: read)
    }
    return bytes
  }
}
