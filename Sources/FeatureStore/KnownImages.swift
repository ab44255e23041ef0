import GRDB

/// The images of a corpus as a scan meets them: in the order of their paths they are read some at a time, which is many
/// times as quick as looking each up; in any other order each is looked up.
struct KnownImages: Sendable {
  struct Image: Sendable {
    let id: Int64
    let path: String
    let size: Int64
    let modified: Int64
    let wnid: String?
    let isGone: Bool
    let contentID: Int64?

    fileprivate init(_ row: Row) {
      id = row[0]
      path = row[1]
      size = row[2]
      modified = row[3]
      wnid = row[4]
      isGone = row[5]
      contentID = row[6]
    }
  }

  private static let columns = "id, path, size, modified, wnid, gone, content_id"
  private static let pageSize = 2_000

  let corpusID: Int64
  private var page: [Image] = []
  private var place = 0
  private var isAtEnd = false
  /// Until a path comes that is not after the one before.
  private var isOrdered = true
  private var last: String?

  init(corpusID: Int64) { self.corpusID = corpusID }

  /// Nil where the store has no such image.
  mutating func find(_ path: String, in db: Database) throws -> Image? {
    if let last, Self.order(last, path) >= 0 { isOrdered = false }
    guard isOrdered else { return try lookUp(path, in: db) }
    last = path
    while true {
      if place == page.count {
        if isAtEnd { return nil }
        try readPage(in: db)
        continue
      }
      let order = Self.order(page[place].path, path)
      if order > 0 { return nil }
      place += 1
      if order == 0 { return page[place - 1] }
    }
  }

  private func lookUp(_ path: String, in db: Database) throws -> Image? {
    let statement = try db.cachedStatement(
      sql: "SELECT \(Self.columns) FROM image WHERE corpus_id = ? AND path = ?")
    return try Row.fetchOne(statement, arguments: [corpusID, path]).map(Image.init)
  }

  private mutating func readPage(in db: Database) throws {
    let statement = try db.cachedStatement(
      sql:
        "SELECT \(Self.columns) FROM image WHERE corpus_id = ? AND path > ? ORDER BY path LIMIT \(Self.pageSize)"
    )
    let after = page.last?.path ?? ""
    page.removeAll(keepingCapacity: true)
    place = 0
    let rows = try Row.fetchCursor(statement, arguments: [corpusID, after])
    while let row = try rows.next() { page.append(Image(row)) }
    isAtEnd = page.count < Self.pageSize
  }

  /// Of their bytes, as SQLite orders text; Swift's own comparison takes some different bytes as equal.
  private static func order(_ left: String, _ right: String) -> Int {
    var (left, right) = (left, right)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
          return left[index] < right[index] ? -1 : 1
        }
        return left.count - right.count
      }
    }
  }
}

/// How a look at a source compares with what a store holds of it; writes nothing.
public struct CorpusDifference: Sendable {
  public enum Change: Sendable, Hashable {
    case added, changed, relabelled, unchanged
  }

  private var known: KnownImages

  public init(corpusID: Int64) { known = KnownImages(corpusID: corpusID) }

  /// - Returns: the change; and the image's id, where the store has it and it is not gone.
  public mutating func compare(_ image: ScannedImage, in db: Database) throws -> (
    change: Change, imageID: Int64?
  ) {
    guard let found = try known.find(image.path, in: db) else { return (.added, nil) }
    if found.isGone { return (.added, nil) }
    if found.size != image.size || found.modified != image.modified { return (.changed, found.id) }
    return (found.wnid == image.wnid ? .unchanged : .relabelled, found.id)
  }
}
