/// Where an image's bytes lie: a file of its own, or a piece of an archive.
public enum ImageLocation: Sendable, Hashable, CustomStringConvertible {
  /// An absolute path.
  case file(String)
  case member(ArchiveMember)

  /// As a person would say it: a path, and the member's name behind an archive's.
  public var description: String {
    switch self {
    case .file(let path): path
    case .member(let member): "\(member.archive.path): \(member.name)"
    }
  }

  /// The file on the disk.
  public var path: String {
    switch self {
    case .file(let path): path
    case .member(let member): member.archive.path
    }
  }
}

/// An archive as it was when its members were listed: another size or time means that offsets may not hold.
public struct ArchiveFile: Sendable, Hashable {
  /// Absolute.
  public let path: String
  /// Bytes on the disk.
  public let size: Int64
  /// Nanoseconds since 1970.
  public let modified: Int64
  public let compression: Compression

  public enum Compression: String, Sendable, Hashable {
    case none
    case gzip
  }

  public init(path: String, size: Int64, modified: Int64, compression: Compression) {
    self.path = path
    self.size = size
    self.modified = modified
    self.compression = compression
  }
}

/// A member of an archive, found again by its offset. Its name is for messages: no path is ever made of it.
public struct ArchiveMember: Sendable, Hashable {
  public let archive: ArchiveFile
  public let name: String
  /// Bytes of the member, holes with them.
  public let size: Int64
  /// Where its bytes are, in the order they follow each other in it: one extent, several where it has holes, none
  /// where it is empty.
  public let extents: [ArchiveExtent]

  public init(archive: ArchiveFile, name: String, size: Int64, extents: [ArchiveExtent]) {
    self.archive = archive
    self.name = name
    self.size = size
    self.extents = extents
  }
}

/// A run of a member's bytes.
public struct ArchiveExtent: Sendable, Hashable {
  /// From the beginning of the archive, of what it holds unpacked where it is compressed.
  public let offset: Int64
  /// Of its first byte within the member; what no extent covers is zeros.
  public let start: Int64
  public let count: Int64

  public init(offset: Int64, start: Int64, count: Int64) {
    self.offset = offset
    self.start = start
    self.count = count
  }
}
