import Foundation
import Pipeline
import Synchronization
import TestSupport
import Testing

@Suite struct `One runner a store` {
  @Test func `a second one is told who holds the store`() throws {
    let folder = try TemporaryFolder()
    let store = folder.path("store.sqlite")
    let lock = try StoreLock.acquire(for: store)
    let error = #expect(throws: StoreLockError.self) { try StoreLock.acquire(for: store) }
    guard case .held(_, let holder?)? = error else {
      Issue.record("the holder isn't named: \(String(describing: error))")
      return
    }
    #expect(holder.process == ProcessInfo.processInfo.processIdentifier)
    #expect(holder.since.hasPrefix("20"))
    #expect(
      error?.description.contains("in use by process \(holder.process) on \(holder.host) since") == true)
    lock.release()
    try StoreLock.acquire(for: store).release()
  }

  /// `flock(1)` of util-linux takes the same lock in a process of its own.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock"), "needs util-linux's flock"))
  func `a lock held by another process is respected, and gone the moment that process is killed`() throws {
    let folder = try TemporaryFolder()
    let store = folder.path("store.sqlite")
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    holder.arguments = ["--no-fork", store + ".lock", "sh", "-c", "echo held; exec sleep 60"]
    let output = Pipe()
    holder.standardOutput = output
    try holder.run()
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "held\n")
    #expect(throws: StoreLockError.held(store: store, by: nil)) { try StoreLock.acquire(for: store) }
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    try StoreLock.acquire(for: store).release()
  }

  @Test func `who asks to wait is told for whom, once, and gets the store when it is free`() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path("store.sqlite")
    let first = try StoreLock.acquire(for: store)
    let told = Mutex<[StoreLock.Holder?]>([])
    async let second = StoreLock.acquireWhenFree(for: store) { holder in told.withLock { $0.append(holder) } }
    try await Task.sleep(for: .milliseconds(700))
    #expect(told.withLock { $0.map { $0?.process } } == [ProcessInfo.processInfo.processIdentifier])
    first.release()
    try await second.release()
  }

  @Test func `a link to a store has the store's lock`() throws {
    let folder = try TemporaryFolder()
    let store = try folder.write("store.sqlite", "")
    let link = folder.path("link.sqlite")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: store)
    let lock = try StoreLock.acquire(for: store)
    #expect(throws: StoreLockError.self) { try StoreLock.acquire(for: link) }
    lock.release()
  }

  @Test func `a lock file that was deleted locks nothing, and a new one is made`() throws {
    let folder = try TemporaryFolder()
    let store = folder.path("store.sqlite")
    try StoreLock.acquire(for: store).release()
    try FileManager.default.removeItem(atPath: store + ".lock")
    let lock = try StoreLock.acquire(for: store)
    #expect(FileManager.default.fileExists(atPath: store + ".lock"))
    lock.release()
  }

  @Test func `what a dead holder left in the file harms nobody`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "store.sqlite.lock", #"{"process": 1, "host": "elsewhere", "since": "2001-01-01T00:00:00Z"}"#)
    try StoreLock.acquire(for: folder.path("store.sqlite")).release()
  }

  @Test func `a folder that isn't there is said so`() throws {
    let error = #expect(throws: StoreLockError.self) { try StoreLock.acquire(for: "/nowhere/store.sqlite") }
    #expect(
      error?.description
        == "the lock file /nowhere/store.sqlite.lock can't be used (No such file or directory); "
        + "check that the store's folder exists and is writable")
  }
}
