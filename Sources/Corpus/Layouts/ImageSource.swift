/// Where images come from.
public protocol ImageSource: Sendable {
  /// The folder or archive that entries' paths are relative to, absolute.
  var root: String { get }
  var layout: SourceLayout { get }
  /// What class numbers are, where the source itself tells; else a list of classes counts from 0.
  var numbering: ClassNumbering? { get }

  /// Visits everything found, in an order that depends on the contents alone. A path comes once, unless a later
  /// member of an archive takes an earlier one's place.
  ///
  /// - Parameter known: what is known of archives that have not changed; those are not read.
  /// - Throws: `CorpusError` when the listing as a whole cannot be had, and what `visit` throws. A file that
  ///   cannot be read is an image with a `problem`.
  func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws
}

/// What a look at a source comes upon.
public enum CorpusFinding: Sendable, Hashable {
  case image(CorpusEntry)
  /// An archive has been read to its end; all its images came before. Not sound where something was amiss.
  case archiveRead(ArchiveFile, isSound: Bool)
  /// What a person should know, though every image can be read.
  case note(String)
}

/// The members of archives, as an earlier look found them.
public protocol KnownArchives {
  /// Visits the images of an archive that is known and has not changed since.
  ///
  /// - Returns: false, without visiting anything, where it is not so.
  func visitMembers(of archive: ArchiveFile, _ visit: (CorpusEntry) throws -> Void) throws -> Bool
}

/// For a first look, and one that trusts nothing.
public struct NoKnownArchives: KnownArchives {
  public init() {}
  public func visitMembers(of archive: ArchiveFile, _ visit: (CorpusEntry) throws -> Void) -> Bool { false }
}

extension ImageSource {
  public var numbering: ClassNumbering? { nil }

  /// Visits the images alone.
  public func scan(_ visit: (CorpusEntry) throws -> Void) throws {
    try scan(knowing: NoKnownArchives()) { finding in
      if case .image(let entry) = finding { try visit(entry) }
    }
  }
}
