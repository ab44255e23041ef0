import Foundation
import TestSupport
import Testing

@testable import Corpus

@Suite("Reading files whole")
struct FileContentsTests {
  @Test(arguments: [0, 1, 4096, 1_000_003])
  func `every byte, up to the limit and not beyond`(_ count: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let path = try folder.write("file", bytes)
    #expect(try FileContents.read(path, limit: count) == bytes)
    if count > 0 {
      #expect(throws: CorpusError.tooLarge(path: path, limit: count - 1)) {
        try FileContents.read(path, limit: count - 1)
      }
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `what is no regular file is refused, and a pipe does not wait for its writer`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CorpusError.missing(path: folder.path("none"))) {
      try FileContents.read(folder.path("none"))
    }
    #expect(throws: CorpusError.notAFile(path: folder.url.path)) { try FileContents.read(folder.url.path) }
    try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(throws: CorpusError.notAFile(path: folder.path("pipe"))) {
      try FileContents.read(folder.path("pipe"))
    }
    #expect(throws: CorpusError.notAFile(path: "/dev/null")) { try FileContents.read("/dev/null") }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func `permission denied`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("closed", "x")
    chmod(path, 0)
    #expect(throws: CorpusError.permissionDenied(path: path)) { try FileContents.read(path) }
  }

  @Test(.timeLimit(.minutes(1)))
  func `a file that is written to meanwhile is not taken for whole`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("busy", "x")
    // Zeros that take no room, and long enough to read that the clock moves on.
    try #require(truncate(path, 256 << 20) == 0)
    let (begun, isOver) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let writer = Thread {
      let descriptor = open(path, O_WRONLY)
      var isFirst = true
      while isOver.wait(timeout: .now()) == .timedOut {
        pwrite(descriptor, "y", 1, 0)
        if isFirst { begun.signal() }
        isFirst = false
      }
      close(descriptor)
      begun.signal()
    }
    writer.start()
    begun.wait()
    #expect(throws: CorpusError.changedWhileRead(path: path)) {
      try ImageReader().digest(of: .file(path))
    }
    #expect(throws: CorpusError.changedWhileRead(path: path)) { try FileContents.read(path) }
    isOver.signal()
    begun.wait()
    #expect(try FileContents.read(path).first == UInt8(ascii: "y"))
  }

  @Test func `a file that shrinks after it was opened, and one that went after it was listed`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("short", [UInt8](repeating: 1, count: 5_000))
    let file = try OpenFile(path)
    try #require(truncate(path, 10) == 0)
    #expect(try file.read(5_000, at: 0).count == 10 && !file.isUnchanged())
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: CorpusError.missing(path: path)) { try ImageReader().digest(of: .file(path)) }
  }
}
