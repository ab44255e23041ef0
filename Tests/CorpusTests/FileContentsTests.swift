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
}
