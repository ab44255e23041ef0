import FeatureStore
import Foundation
import GRDB
import Pipeline

/// Whether a store is whole: the file as SQLite sees it, its tables, and that what it says was done is there.
///
/// Only reads, and works beside a run; what is not yet committed is not seen.
public struct StoreCheck: Sendable {
  public private(set) var problems: [StoreProblem] = []
  /// Set where the file itself is damaged: what can be saved.
  public private(set) var readable: [ReadableTable] = []
  /// Whether it was written by an older version: then only the file was looked at.
  public private(set) var isOlder = false
  /// What was looked at, for whoever wants to know.
  public private(set) var vectors = 0
  public private(set) var doneItems = 0

  public var isWhole: Bool { problems.isEmpty }

  /// - Throws: `StoreFileError` where there is no store to be looked at.
  public init(_ path: String) throws(StoreFileError) {
    _ = try StoreFile.inspect(path, mayBeMissing: false)
    do {
      let reader = try StoreFile.reader(path)
      try reader.read { db in try run(db, path) }
      try reader.close()
    } catch let error as StoreFileError {
      throw error
    } catch let error as DatabaseError where Self.isDamage(error) {
      // Also where SQLite can't even end the reading of what has been reported.
      if problems.isEmpty {
        problems.append(StoreProblem(.file, "the file can't be read: \(error.message ?? "damaged")"))
      }
    } catch {
      throw (error as? DatabaseError).map { StoreFileError($0, path: path) }
        ?? .unreadable(path: path, reason: error.localizedDescription)
    }
  }

  private mutating func run(_ db: Database, _ path: String) throws {
    let migrator = StoreFile.migrator
    try step(.file) { check in
      if try migrator.hasBeenSuperseded(db) { throw StoreFileError.newerVersion(path: path) }
      check.isOlder = try !migrator.hasCompletedMigrations(db)
    }
    let structure = try Self.structure(db)
    problems += structure
    if structure.isEmpty && !isOlder {
      try contents(db)
    } else if !structure.isEmpty {
      readable = try ReadableRows.count(db)
    }
  }

  /// What SQLite finds, which reads the whole file.
  private static func structure(_ db: Database) throws -> [StoreProblem] {
    let (lines, isCutShort) = try findings("PRAGMA integrity_check(20)", db)
    guard isCutShort else { return lines.map { StoreProblem(.file, "SQLite says: \($0)") } }
    // It gave up at the first thing it couldn't read: table by table it comes further.
    var problems: [StoreProblem] = []
    for table in try ReadableRows.tables(db) {
      let (lines, isCutShort) = try findings(
        "PRAGMA integrity_check(\(table.quotedDatabaseIdentifier))", db)
      problems += (lines + (isCutShort ? ["it is malformed"] : [])).prefix(5)
        .map { StoreProblem(.file, "in the table \(table), SQLite says: \($0)") }
    }
    return problems.isEmpty ? [StoreProblem(.file, "SQLite says: the file is malformed")] : problems
  }

  private static func findings(_ sql: String, _ db: Database) throws -> (lines: [String], isCutShort: Bool) {
    var lines: [String] = []
    do {
      let rows = try String.fetchCursor(db, sql: sql)
      while let row = try rows.next() {
        lines += row.split(separator: "\n").map(String.init)
          .filter { $0 != "ok" && !$0.hasPrefix("*** in database main") }
      }
      return (lines, false)
    } catch let error as DatabaseError where isDamage(error) {
      return (lines, true)
    }
  }

  private mutating func contents(_ db: Database) throws {
    let missing = try SchemaComparison.problems(db)
    problems += missing
    // Without a table the rest would only say again that it is missing.
    guard missing.isEmpty else { return }
    try step(.tables) { check in
      for row in try Row.fetchAll(
        db, sql: "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2")
      {
        let (table, parent, count): (String, String, Int) = (row[0], row[1], row[2])
        check.problems.append(
          StoreProblem(.tables, "\(count) rows of \(table) belong to rows of \(parent) that are not there"))
      }
    }
    try vectors(db)
    try networks(db)
    try jobState(db)
  }

  private mutating func vectors(_ db: Database) throws {
    for space in try SpaceRecord.all(in: db) {
      try step(.vectors) { check in
        let found = try VectorCheck(space, in: db)
        check.vectors += found.vectors
        if !found.damaged.isEmpty {
          let images = try found.damaged.prefix(3).flatMap { content in
            try String.fetchAll(
              db, sql: "SELECT path FROM image WHERE content_id = ? AND gone = 0 LIMIT 1",
              arguments: [content])
          }
          check.problems.append(
            StoreProblem(
              .vectors,
              "\(found.damaged.count) of \(found.vectors) vectors of the space \(space.name) are damaged"
                + (images.isEmpty
                  ? "" : ": \(images.joined(separator: ", "))\(found.damaged.count > 3 ? ", …" : "")")
            ))
        }
        if !found.isCountRight {
          check.problems.append(
            StoreProblem(
              .vectors, "the space \(space.name) has \(found.vectors) vectors and counts \(space.vectorCount)"
            ))
        }
      }
    }
  }

  private mutating func networks(_ db: Database) throws {
    for network in try NetworkRecord.all(in: db) {
      try step(.networks) { check in
        do {
          try StoredNetwork.check(try network.plan(in: db), recipe: network.recipe)
        } catch  where !(error is DatabaseError) {
          check.problems.append(
            StoreProblem(
              .networks, "the network \(network.name) (\(network.precision)) can't be used: \(error)"))
        }
      }
    }
  }

  private mutating func jobState(_ db: Database) throws {
    try step(.jobState) { check in
      check.problems += try JobState.damagedRecords(db).map { StoreProblem(.jobState, $0) }
      let (done, findings) = try DoneItems.check(db)
      check.doneItems = done
      check.problems += findings.map { StoreProblem(.jobState, $0) }
    }
  }

  /// What one part of the check can't read is a problem found, and the others still have their say.
  private mutating func step(
    _ area: StoreProblem.Area, _ body: (inout StoreCheck) throws -> Void
  ) throws {
    do {
      try body(&self)
    } catch let error as DatabaseError where Self.isDamage(error) {
      problems.append(StoreProblem(area, "SQLite says: \(error.message ?? "damaged")"))
    } catch let error as StoreError {
      problems.append(StoreProblem(area, "\(error)"))
    }
  }

  static func isDamage(_ error: DatabaseError) -> Bool {
    [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_MISMATCH].contains(error.resultCode)
  }
}
