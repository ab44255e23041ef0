import GRDB

/// Which images to list, in path order.
public struct ImageListing: Sendable, Hashable {
  public enum Presence: Sendable, Hashable { case present, gone, any }

  public var corpusID: Int64?
  /// Only images of these true classes.
  public var wnids: Set<String>?
  /// Only images with (true) or without (false) a true class.
  public var isLabelled: Bool?
  public var presence: Presence = .present
  /// Only these images: those of failed items, say.
  public var ids: Set<Int64>?
  /// Only images that have (true) or lack (false) a vector in a space.
  public var hasVector: (spaceID: Int64, Bool)? {
    get { vectorSpace.map { ($0, vectorThere) } }
    set { (vectorSpace, vectorThere) = (newValue?.spaceID, newValue?.1 ?? true) }
  }
  public var limit: Int?
  public var offset = 0
  private var vectorSpace: Int64?
  private var vectorThere = true

  public init() {}

  public func fetch(_ db: Database) throws -> [ImageRecord] {
    let (conditions, arguments) = conditions
    return try Row.fetchAll(
      db,
      sql: """
        SELECT \(ImageRecord.columns) FROM image\(conditions) ORDER BY path, corpus_id LIMIT ? OFFSET ?
        """, arguments: arguments + [limit ?? -1, max(0, offset)]
    ).map(ImageRecord.init)
  }

  /// How many there are, whatever limit and offset say.
  public func count(_ db: Database) throws -> Int {
    let (conditions, arguments) = conditions
    return try Int.fetchOne(db, sql: "SELECT count(*) FROM image\(conditions)", arguments: arguments) ?? 0
  }

  private var conditions: (sql: String, arguments: StatementArguments) {
    var terms: [String] = []
    var arguments = StatementArguments()
    if let corpusID {
      terms.append("corpus_id = ?")
      arguments += [corpusID]
    }
    if let wnids {
      terms.append("wnid IN (SELECT value FROM json_each(?))")
      arguments += [JSONStrings.encode(wnids.sorted())]
    }
    if let isLabelled { terms.append(isLabelled ? "wnid IS NOT NULL" : "wnid IS NULL") }
    switch presence {
    case .present: terms.append("gone = 0")
    case .gone: terms.append("gone = 1")
    case .any: break
    }
    if let ids {
      terms.append("id IN (SELECT value FROM json_each(?))")
      arguments += ["[" + ids.sorted().map(String.init).joined(separator: ",") + "]"]
    }
    if let vectorSpace {
      terms.append(
        """
        \(vectorThere ? "" : "NOT ")\
        EXISTS (SELECT 1 FROM feature WHERE feature.id = (? << 32 | image.content_id))
        """
      )
      arguments += [vectorSpace]
    }
    return (terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND "), arguments)
  }
}
