import GRDB

/// A set of classes as a filter on images: by true class, and by the most probable predicted class where
/// there is none.
struct ClassFilter {
  let wnids: Set<String>
  /// The same classes among the network's outputs; empty where the network has no labels.
  let classIndices: Set<Int>
  let space: SpaceRecord

  init(wnids: Set<String>, space: SpaceRecord, labels: [String]?) {
    self.wnids = wnids
    self.space = space
    classIndices = Set((labels ?? []).enumerated().filter { wnids.contains($0.element) }.map(\.offset))
  }

  /// As a JSON array for `json_each`, which a read-only connection takes where a temporary table it would
  /// not.
  var wnidArgument: String { JSONStrings.encode(wnids.sorted()) }
  var indexArgument: String { "[" + classIndices.sorted().map(String.init).joined(separator: ",") + "]" }

  /// The contents that some image of the classes may have; whether an image fits is for `matches` to say.
  func contents(in db: Database) throws -> IdentifierSet {
    var contents = IdentifierSet()
    let shown = space.contents
    let labelled = try Int64.fetchCursor(
      db,
      sql: """
        SELECT \(shown.contentID) FROM \(shown.tables)
        WHERE \(shown.wnid) IN (SELECT value FROM json_each(?)) AND gone = 0 AND \(shown.contentID) IS NOT NULL
        """, arguments: [wnidArgument])
    while let id = try labelled.next() { _ = contents.insert(id) }
    guard !classIndices.isEmpty else { return contents }
    let predicted = try Int64.fetchCursor(
      db,
      sql: """
        SELECT content_id FROM prediction
        WHERE space_id = ? AND class_index IN (SELECT value FROM json_each(?))
        """, arguments: [space.id, indexArgument])
    while let id = try predicted.next() { _ = contents.insert(id) }
    return contents
  }

  func matches(wnid: String?) -> Bool { wnid.map(wnids.contains) ?? false }
}
