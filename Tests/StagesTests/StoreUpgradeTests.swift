import Foundation
import GRDB
import TestSupport
import Testing

@testable import Stages

@Suite struct `A store of an older version` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// As the first version made it, with a corpus in it.
  private func oldStore(_ name: String = "old.sqlite", also sql: String = "") throws -> String {
    let path = folder.path(name)
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA application_id = \(StoreFile.applicationID)")
    }
    try StoreFile.migrator.migrate(queue, upTo: "pipeline 1: job state")
    try queue.write { db in
      try db.execute(sql: "INSERT INTO corpus(identity, root) VALUES ('a', '/photos'); \(sql)")
    }
    try queue.close()
    return path
  }

  private func backups() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.contains(".backup-") }
      .sorted()
  }

  private func roots(_ path: String) throws -> [String] {
    let queue = try DatabaseQueue(path: path)
    return try queue.read { db in try String.fetchAll(db, sql: "SELECT root FROM corpus") }
  }

  @Test func `is copied beside itself first, and then brought up to date with all that is in it`() throws {
    let path = try oldStore()
    var announced: [String] = []
    let store = try StoreFile.open(path, mode: .create) { announced.append($0) }
    try StoreFile.close(store)
    #expect(try backups().map(folder.path) == announced && announced.count == 1)
    #expect(try roots(path) == ["/photos"] && roots(announced[0]) == ["/photos"])
    let copy = try DatabaseQueue(path: announced[0])
    #expect(try copy.read(StoreFile.migrator.appliedIdentifiers).contains("pipeline 1: job state"))
    #expect(try !copy.read(StoreFile.migrator.hasCompletedMigrations), "the copy is as it was")
    try StoreFile.close(try StoreFile.open(path, mode: .create) { announced.append($0) })
    #expect(announced.count == 1, "once")
  }

  @Test func `keeps earlier copies when the clock jumps back`() throws {
    let path = try oldStore()
    // One for every second that the test may take, as an earlier upgrade would have left them.
    for second in 0..<60 {
      let name = "old.sqlite.backup-" + StoreUpgrade.stamp(of: Date(timeIntervalSinceNow: Double(second)))
      try folder.write(name, "an earlier copy")
    }
    var announced = ""
    try StoreFile.close(try StoreFile.open(path, mode: .create) { announced = $0 })
    #expect(announced.hasSuffix("-2"), "\(announced)")
    #expect(try backups().count == 61)
    let kept = try backups().filter { name in
      try Data(contentsOf: folder.url.appendingPathComponent(name)) == Data("an earlier copy".utf8)
    }
    #expect(kept.count == 60)
  }

  @Test func `is left as it was when a migration fails, and the copy is named`() throws {
    let path = try oldStore(also: "CREATE TABLE run_stage (unforeseen TEXT);")
    let error = #expect(throws: StoreFileError.self) { try StoreFile.open(path, mode: .create) }
    guard case .cannotUpgrade(path, let backup, _)? = error else {
      Issue.record("not told: \(String(describing: error))")
      return
    }
    #expect(try roots(path) == ["/photos"] && roots(backup) == ["/photos"])
    let queue = try DatabaseQueue(path: path)
    #expect(try queue.read { db in try !db.tableExists("run") }, "the transaction that failed left nothing")
  }

  @Test func `is not brought up to date beside a runner, nor by who only reads`() throws {
    let path = try oldStore()
    #expect(throws: StoreFileError.olderVersion(path: path)) { try StoreFile.open(path, mode: .beside) }
    #expect(throws: StoreFileError.olderVersion(path: path)) { try StoreFile.openReadOnly(path) }
    #expect(try backups().isEmpty)
    #expect(try StoreCheck(path).isOlder)
  }
}
