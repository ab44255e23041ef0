import FeatureStore
import Foundation
import GRDB
import Pipeline

/// The one SQLite file that holds images, vectors and job state.
///
/// It is kept in WAL mode, so that any number of readers work beside the one runner.
public enum StoreFile {
  public enum Mode: Sendable {
    /// Makes the file where there is none.
    case create
    case readWrite
    /// To write a little beside a runner, whose tables are not to be changed under it.
    case beside
  }

  /// "SYNO", in the header of every store: `file` and others can tell it from any other SQLite database.
  public static let applicationID: Int32 = 0x5359_4e4f

  /// Opens a store to write, after bringing its tables up to date. One of an older version is first copied beside
  /// itself.
  ///
  /// - Parameter announceBackup: told where the copy is.
  public static func open(
    _ path: String, mode: Mode, announceBackup: (_ path: String) -> Void = { _ in }
  ) throws(StoreFileError) -> any DatabaseWriter {
    let isNew = try inspect(path, mayBeMissing: mode == .create)
    if !isNew, !FileManager.default.isWritableFile(atPath: path) { throw .readOnly(path: path) }
    return try translating(path) {
      if isNew { try makeEmptyStore(at: path) } else { try checkVersion(path, mayBeOlder: mode != .beside) }
      let pool = try DatabasePool(path: path, configuration: configuration(isReadOnly: false))
      if try !pool.read(migrator.hasCompletedMigrations) {
        try StoreUpgrade.run(migrator, on: pool, path, announceBackup: announceBackup)
      }
      return pool
    }
  }

  /// Ends a run's use of a store: the write-ahead log moves into the file and goes, so that the store is one file to
  /// copy.
  public static func close(_ database: any DatabaseWriter) throws {
    // Readers first: the connection that closes last moves the log, and one that only reads can't.
    (database as? DatabasePool)?.invalidateReadOnlyConnections()
    try database.close()
  }

  /// Opens a store to read, also while a runner writes. Makes no file where there is none.
  public static func openReadOnly(_ path: String) throws(StoreFileError) -> any DatabaseReader {
    _ = try inspect(path, mayBeMissing: false)
    return try translating(path) {
      let reader = try reader(path)
      try check(reader, path, mayBeOlder: false)
      return reader
    }
  }

  /// A reader of a WAL database makes the two files beside it. Where it may not, and there are none, nobody is
  /// writing, and the file can be read as one that never changes.
  static func reader(_ path: String) throws -> any DatabaseReader {
    let configuration = configuration(isReadOnly: true)
    do {
      let reader = try DatabaseQueue(path: path, configuration: configuration)
      _ = try reader.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") }
      return reader
    } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
      && !FileManager.default.fileExists(atPath: path + "-wal")
    {
      let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
      return try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: configuration)
    }
  }

  /// Whether a file begins as an SQLite database does.
  public static func isSQLite(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    return (try? file.read(upToCount: magic.count)) == magic
  }

  /// Of every SQLite database; the application id stands at byte 68, big-endian.
  private static let headerSize = 100
  private static let magic = Data("SQLite format 3\0".utf8)

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    FeatureStoreSchema.register(in: &migrator)
    PipelineSchema.register(in: &migrator)
    return migrator
  }

  // MARK: Before SQLite opens it

  /// Looks at the file without changing it.
  ///
  /// - Returns: whether the store has yet to be made: nothing is there, or an empty file.
  static func inspect(_ path: String, mayBeMissing: Bool) throws(StoreFileError) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      guard mayBeMissing else { throw .missing(path: path) }
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        throw .cannotCreate(path: path, reason: "there is no folder \(folder)")
      }
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw .cannotCreate(path: path, reason: "the folder \(folder) can't be written")
      }
      return true
    }
    guard !isFolder.boolValue else { throw .isFolder(path: path) }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw .unreadable(path: path, reason: "permission to read it is denied")
    }
    defer { try? file.close() }
    let header = [UInt8]((try? file.read(upToCount: headerSize)) ?? Data())
    // What a kill left of a store that was just being made.
    if header.isEmpty && mayBeMissing { return true }
    guard header.starts(with: magic), header.count == headerSize else { throw .notSQLite(path: path) }
    // Read here, because SQLite would already turn another program's database to WAL mode.
    let mark = header[68..<72].reduce(Int32(0)) { $0 << 8 | Int32($1) }
    guard mark == applicationID else { throw .notAStore(path: path) }
    return false
  }

  /// The page size can be chosen only before the first page is written, and before WAL mode.
  ///
  /// Made whole under another name: a kill at any instant leaves a store with its mark and all its tables, or none,
  /// and who reads it from the first moment on finds them.
  private static func makeEmptyStore(at path: String) throws {
    let draft = path + ".new"
    for leftover in [draft, draft + "-journal", draft + "-wal", draft + "-shm"] {
      try? FileManager.default.removeItem(atPath: leftover)
    }
    let queue = try DatabaseQueue(path: draft)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA page_size = \(FeatureStoreSchema.pageSize)")
      // Lets `gc` give space back piece by piece; costs a page in thirteen thousand.
      try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    try migrator.migrate(queue)
    // Of a store that was deleted without them: SQLite would take its log for the new one's.
    for leftover in [path + "-wal", path + "-shm", path + "-journal"] {
      try? FileManager.default.removeItem(atPath: leftover)
    }
    try queue.close()
    guard rename(draft, path) == 0 else {
      throw StoreFileError.cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
  }

  // MARK: With SQLite

  static func configuration(isReadOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = isReadOnly
    // Readers don't wait for the runner; two writers meet only for the length of a transaction.
    configuration.busyMode = .timeout(10)
    configuration.label = "store"
    configuration.prepareDatabase { db in
      // With WAL a power cut can lose the last transactions, never the file: their items are worked again.
      if !isReadOnly { try db.execute(sql: "PRAGMA synchronous = NORMAL") }
      try FeatureStoreSchema.prepare(db)
    }
    return configuration
  }

  /// Before a connection that writes: that alone would already turn another version's store to WAL mode.
  private static func checkVersion(_ path: String, mayBeOlder: Bool) throws {
    let reader = try reader(path)
    try check(reader, path, mayBeOlder: mayBeOlder)
    try reader.close()
  }

  private static func check(_ reader: any DatabaseReader, _ path: String, mayBeOlder: Bool) throws {
    try reader.read { db in
      if try migrator.hasBeenSuperseded(db) { throw StoreFileError.newerVersion(path: path) }
      if try !mayBeOlder && !migrator.hasCompletedMigrations(db) {
        throw StoreFileError.olderVersion(path: path)
      }
    }
  }

  static func translating<Value>(
    _ path: String, _ body: () throws -> Value
  ) throws(StoreFileError) -> Value {
    do {
      return try body()
    } catch let error as StoreFileError {
      throw error
    } catch let error as DatabaseError {
      throw StoreFileError(error, path: path)
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
  }
}
