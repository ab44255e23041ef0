import Foundation
import GRDB
import Pipeline
import Synchronization
import TestSupport

/// The numbers 1 to `count`, and what is listed in a file: a whole stage that commits in one transaction.
enum Numbers: StageKind {
  static let name = "numbers"
  static let resultsVersion = 1
  static let summary = "Whole numbers."
  static let parameters: [ParameterDeclaration] = [
    .init("count", .integer(0...10_000_000), default: .integer(10), help: "how many numbers"),
    .init("from", .path(.file), help: "a file of more numbers"),
    .init("chunk", .integer(1...1000), changesResult: false, help: "rows a transaction"),
  ]

  static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    NumbersStage(count: try parameters.integer("count"), path: parameters.path(ifPresent: "from"))
  }
}

struct NumbersStage: WholeStage {
  var count: Int
  var path: String?

  func inputs() throws -> [StageInput] { path.map { [.file(name: "from", path: $0)] } ?? [] }

  /// A table `arrival` plays the part of a folder that grows.
  func check(in db: Database, _ identity: StageIdentity) throws -> [String] {
    let added = try Int.fetchOne(db, sql: "SELECT count(*) FROM arrival") ?? 0
    return added == 0 ? [] : ["\(added) numbers added"]
  }

  func run(_ context: StageContext) async throws -> ItemCounts {
    try await context.database.write { db in
      let owner = context.fingerprint
      try db.execute(
        sql: """
          WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?)
          INSERT OR IGNORE INTO number (owner, value) SELECT ?, value FROM n WHERE value <= ?
          """, arguments: [count, owner, count])
      try db.execute(
        sql: "INSERT OR IGNORE INTO number (owner, value) SELECT ?, value FROM arrival", arguments: [owner])
      try db.execute(sql: "DELETE FROM arrival")
      if Faults.current?.numbersThrow == true { throw ToyError(description: "the numbers ran out") }
      let total = try Int.fetchOne(
        db, sql: "SELECT count(*) FROM number WHERE owner = ?", arguments: [owner])
      return ItemCounts(done: total ?? 0)
    }
  }
}

/// The square (or another power) of every number, item by item. Every number that `bad` divides is bad.
enum Squares: StageKind {
  static let name = "squares"
  static let resultsVersion = 1
  static let summary = "Powers of numbers."
  static let parameters: [ParameterDeclaration] = [
    .init("numbers", .reference(kinds: ["numbers"]), isRequired: true, help: "the numbers to square"),
    .init("power", .integer(1...4), default: .integer(2), help: "which power"),
    .init("scale", .number(0...100), default: .number(1), help: "what to multiply with"),
    .init("rounding", .choice(["up", "down"]), default: .text("up"), help: "which way to round"),
    .init("exact", .boolean, default: .boolean(true), help: "whether to be exact"),
    .init("note", .text, help: "a word to put beside each"),
    .init("bad", .integer(0...1000), default: .integer(0), help: "multiples of it are bad"),
    .init("hang", .integer(0...1000), default: .integer(0), help: "multiples of it take for ever"),
    .init("batch", .integer(1...10_000), default: .integer(7), changesResult: false, help: "items a batch"),
    .init("groups", .integer(0...10_000), default: .integer(0), help: "how many numbers a grouping"),
    .init(
      "sample",
      .group([
        .init("numbers", .reference(kinds: ["numbers"]), isRequired: true, help: "where from"),
        .init("size", .integer(1...100), default: .integer(3), help: "how many"),
        .init("patience", .integer(1...100), changesResult: false, help: "how long to wait"),
      ]), help: "a sample to look at first"),
  ]

  static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    if parameters.text(ifPresent: "note") == "forbidden" {
      throw StageParameterError(parameter: "note", message: "the note 'forbidden' is taken; choose another")
    }
    return SquaresStage(
      power: try parameters.integer("power"), bad: try parameters.integer("bad"),
      hang: try parameters.integer("hang"),
      batchSize: try parameters.integer("batch"), groups: try parameters.integer("groups"))
  }
}

struct SquaresStage: ItemStage {
  var power: Int
  var bad: Int
  var hang: Int
  var batchSize: Int
  var groups: Int

  func prepare(_ context: StageContext) async throws -> String { context.fingerprint }

  func items(in db: Database, _ identity: StageIdentity) throws -> ItemQuery {
    let owner = try identity.reference("numbers").fingerprint
    let grouping = groups == 0 ? "NULL" : "value / \(groups)"
    return ItemQuery(
      "SELECT value AS item_id, edition AS version, \(grouping) AS grouping FROM number WHERE owner = ?",
      [owner])
  }

  func makeWorker(_ prepared: String, _ context: StageContext) throws -> SquaresWorker {
    SquaresWorker(power: power, bad: bad, hang: hang, faults: Faults.current, control: context.control)
  }

  func commit(
    _ outcomes: [ItemOutcome<Int64>], in db: Database, _ prepared: String, _ context: StageContext
  ) throws {
    for outcome in outcomes {
      guard case .done(let item, let value) = outcome else { continue }
      try db.execute(
        sql: "INSERT OR REPLACE INTO square (owner, item_id, value) VALUES (?, ?, ?)",
        arguments: [prepared, item.id, value])
    }
    try Faults.current?.onCommit()
  }

  func describe(itemIDs: [Int64], in db: Database) throws -> [Int64: String] {
    Dictionary(uniqueKeysWithValues: itemIDs.map { ($0, "number \($0)") })
  }
}

struct SquaresWorker: ItemWorker {
  var power: Int
  var bad: Int
  var hang: Int
  var faults: Faults?
  var control: RunControl

  mutating func process(_ items: [WorkItem]) async throws -> [ItemOutcome<Int64>] {
    try faults?.onBatch(items, control)
    return items.map { item in
      if hang > 0, item.id % Int64(hang) == 0 { Thread.sleep(forTimeInterval: 3600) }
      if bad > 0, item.id % Int64(bad) == 0, faults?.isCured != true {
        return .failed(item, errorClass: "bad-number", message: "\(item.id) is a multiple of \(bad)")
      }
      return .done(item, (0..<power).reduce(1) { product, _ in product &* item.id })
    }
  }
}

struct ToyError: Error, CustomStringConvertible { var description: String }

/// Faults that a test asks for; carried by a task local, so that tests can run side by side.
final class Faults: Sendable {
  @TaskLocal static var current: Faults?

  let numbersThrow: Bool
  let isCured: Bool
  /// Throws at this commit, counted from 1.
  let throwingCommit: Int?
  /// Throws a worker's error at this batch.
  let throwingBatch: Int?
  /// Asks the run to stop at this batch.
  let stoppingBatch: Int?
  private let commits = Atomic<Int>(0)
  private let batches = Atomic<Int>(0)
  let seen = Mutex<[[WorkItem]]>([])

  init(
    numbersThrow: Bool = false, isCured: Bool = false, throwingCommit: Int? = nil, throwingBatch: Int? = nil,
    stoppingBatch: Int? = nil
  ) {
    self.numbersThrow = numbersThrow
    self.isCured = isCured
    self.throwingCommit = throwingCommit
    self.throwingBatch = throwingBatch
    self.stoppingBatch = stoppingBatch
  }

  func onCommit() throws {
    let number = commits.add(1, ordering: .relaxed).newValue
    if number == throwingCommit { throw DatabaseError(resultCode: .SQLITE_FULL) }
  }

  func onBatch(_ items: [WorkItem], _ control: RunControl) throws {
    // A transaction holds what came in a quarter of a second: several need some time.
    if let throwingCommit, throwingCommit > 1 { Thread.sleep(forTimeInterval: 0.08) }
    seen.withLock { $0.append(items) }
    let number = batches.add(1, ordering: .relaxed).newValue
    if number == throwingBatch { throw ToyError(description: "the machine broke") }
    if number == stoppingBatch { control.requestStop() }
  }
}

/// A folder with a pipeline file and its store.
final class Workshop: Sendable {
  static let registry = StageRegistry([Numbers.self, Squares.self])

  let folder: TemporaryFolder
  let database: DatabasePool

  init() throws {
    folder = try TemporaryFolder()
    database = try DatabasePool(path: folder.path("store.sqlite"))
    var migrator = DatabaseMigrator()
    PipelineSchema.register(in: &migrator)
    migrator.registerMigration("toys") { db in
      try db.execute(
        sql: """
          CREATE TABLE number (owner TEXT, value INTEGER, edition INTEGER DEFAULT 1, PRIMARY KEY (owner, value));
          CREATE TABLE arrival (value INTEGER PRIMARY KEY);
          CREATE TABLE square (owner TEXT, item_id INTEGER, value INTEGER, PRIMARY KEY (owner, item_id));
          """)
    }
    try migrator.migrate(database)
  }

  /// A pipeline of stages, each a line such as `n: { uses: numbers }`.
  func file(_ stages: String..., overrides: [String] = []) throws -> PipelineFile {
    let text = "store: store.sqlite\nstages:\n" + stages.map { "  \($0)\n" }.joined()
    let path = try folder.write("pipeline.yaml", text)
    return try PipelineFile.load(path, registry: Self.registry, overrides: overrides)
  }

  func plan(_ file: PipelineFile) throws -> Plan { try Planner(file).plan(database: database) }

  @discardableResult
  func run(
    _ file: PipelineFile, threads: Int = 2, control: RunControl = RunControl(), faults: Faults? = nil,
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) async throws -> RunReport {
    try await Faults.$current.withValue(faults) {
      try await Runner(database: database, threads: threads, control: control, progress: progress).run(file)
    }
  }

  func integer(_ sql: String) throws -> Int { try database.read { try Int.fetchOne($0, sql: sql) ?? -1 } }

  /// Every domain row and item state that an undisturbed run and a disturbed one must share.
  func rows() throws -> [String] {
    try database.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT 'square ' || owner || ' ' || item_id || ' ' || value FROM square
          UNION ALL SELECT 'state ' || item_id || ' ' || version || ' ' || state || ' '
            || coalesce(name || error_class || message, '') FROM item_state
          UNION ALL SELECT 'result ' || kind || ' ' || fingerprint || ' ' || state || ' ' || done || ' ' || failed
            FROM stage_result
          ORDER BY 1
          """)
    }
  }
}
