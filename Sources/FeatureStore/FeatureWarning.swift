import GRDB

/// What was wrong with a content whose vector was made all the same.
public struct FeatureWarning: Sendable, Hashable {
  /// A stable slug by which warnings are counted, of the same kind as those of failures.
  public let warningClass: String
  public let message: String

  public init(warningClass: String, message: String) {
    self.warningClass = warningClass
    self.message = message
  }

  /// Keeps a content's warning in a space, or forgets an earlier one.
  static func write(
    _ warning: FeatureWarning?, content id: Int64, into space: SpaceRecord, in db: Database
  ) throws {
    guard let warning else {
      return try db.cachedStatement(sql: "DELETE FROM feature_warning WHERE space_id = ? AND content_id = ?")
        .execute(arguments: [space.id, id])
    }
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO feature_warning(space_id, content_id, warning_class, message)
        VALUES (?, ?, ?, ?)
        """
    ).execute(arguments: [space.id, id, warning.warningClass, warning.message])
  }

  /// The warnings of each content, a box's among those of its image's, by the name of the space; a space without a name
  /// has none.
  public static func ofContents(in db: Database) throws -> [Int64: [(space: String, warning: FeatureWarning)]]
  {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT DISTINCT coalesce(image.content_id, warning.content_id), space_name.name, warning_class, message
        FROM feature_warning AS warning JOIN space_name USING (space_id)
        LEFT JOIN box ON box.content_id = warning.content_id LEFT JOIN image ON image.id = box.image_id
        ORDER BY 1, 2
        """)
    var warnings: [Int64: [(space: String, warning: FeatureWarning)]] = [:]
    while let row = try rows.next() {
      warnings[row[0], default: []].append((row[1], FeatureWarning(warningClass: row[2], message: row[3])))
    }
    return warnings
  }
}
