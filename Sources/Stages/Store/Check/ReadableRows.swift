import GRDB

/// Reads a damaged store's tables as far as they can be read: forwards up to the damage, leaping over it where
/// rows have numbers, and backwards from the end.
enum ReadableRows {
  static func count(_ db: Database) throws -> [ReadableTable] {
    try tables(db).map { name in
      var rows = 0
      let isDamaged = try visit(name, in: db) { _ in rows += 1 }
      return ReadableTable(name: name, rows: rows, isDamaged: isDamaged)
    }
  }

  /// Their names, as far as they can be read.
  static func tables(_ db: Database) throws -> [String] {
    do {
      return try String.fetchAll(
        db,
        sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    } catch let error as DatabaseError where StoreCheck.isDamage(error) {
      return []
    }
  }

  /// Calls `visit` once for every row of a table that can be read.
  ///
  /// - Returns: whether some could not.
  static func visit(_ table: String, in db: Database, _ visit: (Row) throws -> Void) throws -> Bool {
    let name = table.quotedDatabaseIdentifier
    guard try hasRowID(name, db) else { return try visitByKey(name, in: db, visit) }
    var last: Int64?
    if try read(
      "SELECT rowid AS _rowid_, * FROM \(name) ORDER BY rowid", [], db,
      { row in
        last = row[0]
        try visit(row)
      })
    {
      return false
    }
    // Forwards after the damage: pages hold runs of rows, so the next readable one may be far.
    var step: Int64 = 1
    let greatest = try greatestRowID(name, db) ?? (last ?? 0) + (1 << 20)
    var next = (last ?? 0) + 1
    while next <= greatest {
      var found = false
      let ended = try read(
        "SELECT rowid AS _rowid_, * FROM \(name) WHERE rowid >= ? ORDER BY rowid", [next], db
      ) { row in
        found = true
        last = row[0]
        try visit(row)
      }
      if ended { break }
      step = found ? 1 : step * 2
      next = max(next, (last ?? 0)) + step
    }
    return true
  }

  /// Tables without row numbers are read from both ends.
  private static func visitByKey(_ name: String, in db: Database, _ visit: (Row) throws -> Void) throws
    -> Bool
  {
    var count = 0
    if try read(
      "SELECT * FROM \(name)", [], db,
      { row in
        count += 1
        try visit(row)
      })
    {
      return false
    }
    let keys = try String.fetchAll(
      db, sql: "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk",
      arguments: [name.trimmingQuotes])
    let order = keys.map { $0.quotedDatabaseIdentifier + " DESC" }.joined(separator: ", ")
    _ = try read("SELECT * FROM \(name) ORDER BY \(order)", [], db, visit)
    return true
  }

  /// - Returns: whether the end was reached.
  private static func read(
    _ sql: String, _ arguments: StatementArguments, _ db: Database, _ visit: (Row) throws -> Void
  ) throws -> Bool {
    do {
      let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
      while let row = try rows.next() { try visit(row) }
      return true
    } catch let error as DatabaseError where StoreCheck.isDamage(error) {
      return false
    }
  }

  private static func hasRowID(_ name: String, _ db: Database) throws -> Bool {
    do {
      _ = try db.makeStatement(sql: "SELECT rowid FROM \(name)")
      return true
    } catch let error as DatabaseError where StoreCheck.isDamage(error) {
      return false
    }
  }

  private static func greatestRowID(_ name: String, _ db: Database) throws -> Int64? {
    do {
      return try Int64.fetchOne(db, sql: "SELECT max(rowid) FROM \(name)")
    } catch let error as DatabaseError where StoreCheck.isDamage(error) {
      return nil
    }
  }
}

extension String {
  fileprivate var trimmingQuotes: String {
    hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
  }
}
