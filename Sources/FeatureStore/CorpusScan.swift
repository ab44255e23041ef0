import GRDB

/// What a look at a corpus' source found at one path.
public struct ScannedImage: Sendable, Hashable {
  /// Below the corpus' root, parts separated by "/".
  public var path: String
  /// Bytes.
  public var size: Int64
  /// Nanoseconds since 1970.
  public var modified: Int64
  public var wnid: String?
  /// Where it lies in an archive; nil for a file of its own.
  public var member: MemberRecord?
  /// The class as the archive gives it.
  public var label: String?
  /// Whether a later member of the same archive takes an earlier one's place: what was recorded is recorded anew.
  public var replacesEarlier = false

  public init(path: String, size: Int64, modified: Int64, wnid: String?) {
    self.path = path
    self.size = size
    self.modified = modified
    self.wnid = wnid
  }
}

/// Brings the images of a corpus up to date with a look at its source: call `record` for everything found,
/// then `finish`.
///
/// It may stretch over several transactions: until `finish`, nothing is marked gone. It keeps one bit an
/// image.
public struct CorpusScan: Sendable {
  public enum Change: Sendable, Hashable {
    case added
    /// Other size or time of modification, or back after it was gone: its bytes must be read again.
    case changed
    /// Same bytes as far as size and time tell, another class.
    case relabelled
    case unchanged
  }

  public struct Summary: Sendable, Hashable {
    public var added = 0
    public var changed = 0
    public var relabelled = 0
    public var unchanged = 0
    public var gone = 0
  }

  public let corpusID: Int64
  public private(set) var summary = Summary()
  private var seen = IdentifierSet()
  /// Whether the corpus has archives: then rows of members may have to go where an image is a file now.
  private var hasArchives: Bool?

  private var known: KnownImages

  public init(corpusID: Int64) {
    self.corpusID = corpusID
    known = KnownImages(corpusID: corpusID)
  }

  /// Writes one image. Where `needsContent`, its bytes are unknown: read them, then `ImageRecord.setContent`.
  public mutating func record(
    _ image: ScannedImage, in db: Database
  ) throws -> (imageID: Int64, change: Change, needsContent: Bool) {
    guard let found = try known.find(image.path, in: db) else {
      try db.cachedStatement(
        sql: "INSERT INTO image(corpus_id, path, size, modified, wnid) VALUES (?, ?, ?, ?, ?)"
      ).execute(arguments: [corpusID, image.path, image.size, image.modified, image.wnid])
      let id = db.lastInsertedRowID
      guard seen.insert(id) else { throw StoreError.damagedRow(table: "image", reason: "id \(id)") }
      if let member = image.member {
        try MemberRecord.write(member, label: image.label, image: id, in: db)
      }
      summary.added += 1
      return (id, .added, true)
    }
    let id = found.id
    let isNew = seen.insert(id)
    guard isNew || image.replacesEarlier else {
      throw StoreError.duplicateName(table: "image", name: image.path)
    }
    if try image.member != nil || mayHaveMembers(in: db) {
      try MemberRecord.write(image.member, label: image.label, image: id, in: db)
    }
    let sameBytes =
      isNew && found.size == image.size && found.modified == image.modified && !found.isGone
    let sameClass = found.wnid == image.wnid
    if sameBytes && sameClass {
      summary.unchanged += 1
      return (id, .unchanged, found.contentID == nil)
    }
    let content = sameBytes ? found.contentID : nil
    try db.cachedStatement(
      sql: "UPDATE image SET size = ?, modified = ?, wnid = ?, gone = 0, content_id = ? WHERE id = ?"
    ).execute(arguments: [image.size, image.modified, image.wnid, content, id])
    guard isNew else { return (id, .changed, true) }
    if sameBytes { summary.relabelled += 1 } else { summary.changed += 1 }
    return (id, sameBytes ? .relabelled : .changed, content == nil)
  }

  private mutating func mayHaveMembers(in db: Database) throws -> Bool {
    if let hasArchives { return hasArchives }
    let found = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM archive WHERE corpus_id = ?)", arguments: [corpusID])
    hasArchives = found ?? false
    return found ?? false
  }

  /// Marks the images gone that were not recorded; their rows and vectors stay, and no search shows them.
  public mutating func finish(in db: Database) throws -> Summary {
    var missing: [Int64] = []
    let there = try Int64.fetchCursor(
      db, sql: "SELECT id FROM image WHERE corpus_id = ? AND gone = 0", arguments: [corpusID])
    while let id = try there.next() {
      if !seen.contains(id) { missing.append(id) }
    }
    let mark = try db.cachedStatement(sql: "UPDATE image SET gone = 1 WHERE id = ?")
    for id in missing { try mark.execute(arguments: [id]) }
    summary.gone = missing.count
    return summary
  }
}
