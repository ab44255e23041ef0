import GRDB

/// Whether a store has the tables, columns and indexes that this version makes.
enum SchemaComparison {
  static func problems(_ db: Database) throws -> [StoreProblem] {
    let expected = try DatabaseQueue()
    try StoreFile.migrator.migrate(expected)
    let wanted = try expected.read(objects)
    let found = try objects(db)
    return wanted.compactMap { name, object -> StoreProblem? in
      guard let there = found[name] else {
        let effect =
          object.kind == "table"
          ? "put back a copy, or move the store away and run again" : "the store would be slow"
        return StoreProblem(.tables, "the \(object.kind) \(name) is missing: \(effect)")
      }
      let missing = object.columns.filter { !there.columns.contains($0) }
      return missing.isEmpty
        ? nil : StoreProblem(.tables, "the table \(name) lacks \(missing.joined(separator: ", "))")
    }.sorted { $0.description < $1.description }
  }

  private struct Object {
    let kind: String
    let columns: [String]
  }

  private static func objects(_ db: Database) throws -> [String: Object] {
    let rows = try Row.fetchAll(
      db,
      sql:
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'")
    var objects: [String: Object] = [:]
    for row in rows {
      let (name, kind): (String, String) = (row[0], row[1])
      let columns =
        kind == "table"
        ? try String.fetchAll(db, sql: "SELECT name FROM pragma_table_xinfo(?)", arguments: [name]) : []
      objects[name] = Object(kind: kind, columns: columns)
    }
    return objects
  }
}
