import Foundation
import TestSupport
import Testing

@testable import Corpus

@Suite("Folders of images")
struct FolderSourceTests {
  private func entries(_ source: some ImageSource) throws -> [CorpusEntry] {
    var entries: [CorpusEntry] = []
    try source.scan { entries.append($0) }
    return entries
  }

  @Test func `images at any depth, in the order of their paths' bytes, labelled by the nearest wnid`() throws
  {
    let folder = try TemporaryFolder()
    for name in [
      "n02084071/b.JPEG", "n02084071/a.jpg", "n02084071/sub/c.Png", "n02084071/n02085620/d.jpeg", "top.jpg",
      "n02084071.jpg", "a-b/x.jpg", "a/y.jpg", "holiday/z.jpg", ".hidden.jpg", ".git/w.jpg", "notes.txt",
      "jpg",
    ] {
      try folder.write(name, name)
    }
    let found = try entries(FolderSource(folder.url.path))
    let paths = found.map(\.path)
    #expect(
      paths == [
        "a-b/x.jpg", "a/y.jpg", "holiday/z.jpg", "n02084071.jpg", "n02084071/a.jpg", "n02084071/b.JPEG",
        "n02084071/n02085620/d.jpeg", "n02084071/sub/c.Png", "top.jpg",
      ])
    #expect(paths == paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(
      found.map(\.label) == [
        nil, nil, nil, nil, "n02084071", "n02084071", "n02085620", "n02084071", nil,
      ])
    for entry in found {
      #expect(entry.size == Int64(entry.path.utf8.count))
      #expect(entry.problem == nil && entry.modified > 1_500_000_000_000_000_000)
      #expect(try ImageReader().bytes(of: entry.location) == Array(entry.path.utf8))
    }
  }

  @Test func `links that are not followed and files that are not read are told`() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    for name in [
      "a.jpg", "b.JFIF", "c.jpe", "d.webp", "e.WEBP", "f.gif", "n01440764.tar", "notes.txt", "0", "photo.BIN",
      ".hidden",
    ] {
      try folder.write(name, "x")
    }
    try other.write("far.jpg", "x")
    for (name, target) in [
      ("first", other.url.path), ("second", other.url.path), ("gone", "/nowhere"), ("inside", "."),
    ] {
      try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
    }
    var (paths, notes): ([String], [String]) = ([], [])
    try FolderSource(folder.url.path).scan(knowing: NoKnownArchives()) { finding in
      switch finding {
      case .image(let entry): paths.append(entry.path)
      case .note(let note): notes.append(note)
      case .archiveRead: break
      }
    }
    #expect(paths == ["a.jpg", "b.JFIF", "c.jpe", "first/far.jpg"])
    #expect(notes.contains { $0.contains("/second: links lead here a second time") })
    #expect(notes.contains { $0.contains("/gone: a link to what is not there") })
    #expect(notes.contains { $0.contains("/inside: a link into the corpus itself") })
    #expect(
      notes.contains { $0.hasSuffix("1 in .bin, 1 in .gif, 1 in .tar, 2 in .webp, 1 without an ending") })
    #expect(notes.count == 4, "\(notes)")
  }

  @Test func `a root named by a wnid is its images' class`() throws {
    let folder = try TemporaryFolder()
    try folder.write("n01440764/one.jpg", "x")
    #expect(try entries(FolderSource(folder.path("n01440764"))).map(\.label) == ["n01440764"])
    #expect(try entries(FolderSource(folder.path("n01440764") + "/")).map(\.path) == ["one.jpg"])
  }

  @Test(.timeLimit(.minutes(1)))
  func `links are followed out of the root only, and never in circles`() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write("n01440764/one.jpg", "x")
    try other.write("far.jpg", "x")
    try other.write("deep/two.jpg", "x")
    let links = [
      ("n01440764/up", ".."), ("self", "."), ("again", "n01440764"), ("above", folder.url.path + "/.."),
      ("n02084071", other.url.path), ("second", other.url.path), ("two.jpg", other.path("deep/two.jpg")),
      ("gone.jpg", "/nowhere/x.jpg"), ("loop.jpg", "loop.jpg"),
    ]
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
    }
    try FileManager.default.createSymbolicLink(
      atPath: other.path("deep/back"), withDestinationPath: other.url.path)
    let found = try entries(FolderSource(folder.url.path))
    #expect(
      found.map(\.path) == [
        "gone.jpg", "loop.jpg", "n01440764/one.jpg", "n02084071/deep/two.jpg", "n02084071/far.jpg", "two.jpg",
      ])
    #expect(found.map { $0.problem?.errorClass } == ["missing", "unreadable", nil, nil, nil, nil])
    #expect(found[0].size == -1)
    #expect(found[3].label == "n02084071")
  }

  @Test func `names that are not UTF-8 are reported`() throws {
    let folder = try TemporaryFolder()
    let name: [UInt8] = Array("bad-\u{1}.jpg".utf8).map { $0 == 1 ? 0xff : $0 }
    let path = Array((folder.url.path + "/").utf8) + name
    let file = (path + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { fopen($0, "w") }
    }
    guard let file else { return }  // A file system that has only UTF-8.
    fclose(file)
    try folder.write("good-é.jpg", "x")
    let found = try entries(FolderSource(folder.url.path))
    #expect(found.map(\.path) == ["bad-%FF.jpg", "good-é.jpg"])
    #expect(found[0].problem?.description == "bad-%FF.jpg: its name is not UTF-8; rename it")
  }

  @Test func `a pipe named like an image, and a folder so named`() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo(folder.path("pipe.jpg"), 0o600) == 0)
    try folder.write("folder.jpg/in.png", "x")
    let found = try entries(FolderSource(folder.url.path))
    #expect(found.map(\.path) == ["folder.jpg/in.png", "pipe.jpg"])
    #expect(found.map { $0.problem?.errorClass } == [nil, "not-a-file"])
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func `a folder that may not be read is an entry with a problem`() throws {
    let folder = try TemporaryFolder()
    try folder.write("closed/a.jpg", "x")
    chmod(folder.path("closed"), 0)
    defer { chmod(folder.path("closed"), 0o700) }
    let found = try entries(FolderSource(folder.url.path))
    #expect(found.map(\.path) == ["closed/"])
    #expect(found[0].problem?.errorClass == "permission-denied")
  }

  @Test func `a root that is not there, or no folder`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a.jpg", "x")
    let missing = #expect(throws: CorpusError.self) { try FolderSource(folder.path("nothing")) }
    #expect(missing?.errorClass == "missing")
    #expect(throws: CorpusError.unreadable(path: file, reason: "not a folder")) { try FolderSource(file) }
    #expect(throws: CorpusError.unknownKind(path: file)) { try ImageSources.open(file) }
    #expect(try ImageSources.open(folder.url.path) is FolderSource)
  }

  @Test func `what the visitor throws ends the scan`() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    try folder.write("a.jpg", "x")
    try folder.write("b.jpg", "x")
    var seen = 0
    #expect(throws: Stop.self) {
      try FolderSource(folder.url.path).scan { _ in
        seen += 1
        throw Stop()
      }
    }
    #expect(seen == 1)
  }

  /// `find` is the judge.
  @Test(.enabled(if: SharedData.isPresent, "the shared photographs are not there"))
  func `the photographs are those that find finds`() throws {
    let find = Process()
    find.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    find.arguments = [
      "find", SharedData.images.path, "-type", "f", "-iname", "*.jp*g", "-printf", "%P\\t%s\\n",
    ]
    let output = Pipe()
    find.standardOutput = output
    try find.run()
    let printed = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    find.waitUntilExit()
    let found = try entries(FolderSource(SharedData.images.path))
    #expect(!found.isEmpty)
    #expect(
      Set(found.map { "\($0.path)\t\($0.size)" }) == Set(printed.split(separator: "\n").map(String.init)))
    #expect(found.allSatisfy { $0.label == String($0.path.prefix(9)) })
  }
}
