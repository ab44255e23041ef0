import FeatureStore
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Stages

@Suite struct `The store's file` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func opened(_ path: String, _ mode: StoreFile.Mode) -> StoreFileError? {
    do throws(StoreFileError) {
      try? StoreFile.open(path, mode: mode).close()
      _ = try StoreFile.open(path, mode: mode)
      return nil
    } catch {
      return error
    }
  }

  private func openedReadOnly(_ path: String) -> StoreFileError? {
    do throws(StoreFileError) {
      _ = try StoreFile.openReadOnly(path)
      return nil
    } catch {
      return error
    }
  }

  @Test func `is made with its page size and mark, in WAL mode`() throws {
    let path = folder.path("new.sqlite")
    let store = try StoreFile.open(path, mode: .create)
    try store.read { db throws in
      #expect(try Int.fetchOne(db, sql: "PRAGMA page_size") == FeatureStoreSchema.pageSize)
      #expect(try Int32.fetchOne(db, sql: "PRAGMA application_id") == StoreFile.applicationID)
      #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
    }
    try store.close()
    #expect(openedReadOnly(path) == nil)
  }

  @Test func `that isn't there is not made by looking`() throws {
    let path = folder.path("nothing.sqlite")
    #expect(openedReadOnly(path) == .missing(path: path))
    #expect(opened(path, .readWrite) == .missing(path: path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    let deep = folder.path("no/such/folder.sqlite")
    guard case .cannotCreate = opened(deep, .create) else {
      Issue.record("a store was made in a folder that isn't there")
      return
    }
  }

  @Test func `that is something else is left as it is`() throws {
    let text = try folder.write("notes.txt", "these are notes, and long enough to be read as a header")
    #expect(opened(text, .create) == .notSQLite(path: text))
    #expect(openedReadOnly(text) == .notSQLite(path: text))
    let foreign = folder.path("foreign.sqlite")
    let queue = try DatabaseQueue(path: foreign)
    try queue.write { db in try db.execute(sql: "CREATE TABLE song(title TEXT)") }
    try queue.close()
    let before = try Data(contentsOf: URL(fileURLWithPath: foreign))
    #expect(opened(foreign, .create) == .notAStore(path: foreign))
    #expect(openedReadOnly(foreign) == .notAStore(path: foreign))
    #expect(try Data(contentsOf: URL(fileURLWithPath: foreign)) == before)
    #expect(opened(folder.url.path, .create) == .isFolder(path: folder.url.path))
  }

  @Test func `of a newer version is refused`() throws {
    let path = folder.path("newer.sqlite")
    let store = try StoreFile.open(path, mode: .create)
    try store.write { db in
      try db.execute(sql: "INSERT INTO grdb_migrations(identifier) VALUES ('feature-store-99')")
    }
    try store.close()
    #expect(opened(path, .create) == .newerVersion(path: path))
    #expect(openedReadOnly(path) == .newerVersion(path: path))
  }

  @Test func `that a kill left empty is made anew`() throws {
    let path = try folder.write("empty.sqlite", [])
    #expect(opened(path, .create) == nil)
  }

  @Test func `that is damaged in the middle is told as such`() throws {
    let path = folder.path("damaged.sqlite")
    let store = try StoreFile.open(path, mode: .create)
    try store.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    try store.close()
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seek(toOffset: 100)
    try file.write(contentsOf: Data(repeating: 0xff, count: 4_000))
    try file.close()
    guard case .damaged = openedReadOnly(path) else {
      Issue.record("not told: \(String(describing: openedReadOnly(path)))")
      return
    }
  }

  @Test func `can be read while a runner is in the middle of a transaction`() throws {
    let path = folder.path("busy.sqlite")
    let store = try StoreFile.open(path, mode: .create)
    try store.write { db throws in
      try db.execute(sql: "INSERT INTO content(digest, size) VALUES (x'00', 1)")
      let reader = try StoreFile.openReadOnly(path)
      #expect(try reader.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM content") } == 0)
    }
    let reader = try StoreFile.openReadOnly(path)
    #expect(try reader.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM content") } == 1)
  }
}
