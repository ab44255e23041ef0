import Foundation
import TestSupport
import Testing

@testable import Corpus

/// What few archives have, written by Python's tarfile.
@Suite(.enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct `Odd members of archives` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func findings(_ script: String) throws -> [CorpusFinding] {
    let path = folder.path("x.tar")
    _ = try PythonPeer.run(
      """
      import sys, io, tarfile
      tar = tarfile.open(sys.argv[1], "w")
      def add(name, data=b"data", type=tarfile.REGTYPE):
          info = tarfile.TarInfo(name); info.type = type; info.size = len(data)
          tar.addfile(info, io.BytesIO(data))
      \(script)
      tar.close()
      """, [path])
    var findings: [CorpusFinding] = []
    try ImageSources.open(path).scan(knowing: NoKnownArchives()) { findings.append($0) }
    return findings
  }

  @Test func `of a type that nobody knows are files, as POSIX wants it`() throws {
    let images = try findings("add('n01440764/a.jpg', b'abc', b'Z'); add('n01440764/b.jpg')").images
    #expect(images.map(\.path) == ["n01440764/a.jpg", "n01440764/b.jpg"])
    #expect(try ImageReader().bytes(of: images[0].location) == Array("abc".utf8))
  }

  @Test(arguments: ["FIFOTYPE", "CHRTYPE", "BLKTYPE"])
  func `named as images that are none are told`(_ type: String) throws {
    let images = try findings("add('n01440764/a.jpg', b'', tarfile.\(type)); add('n01440764/b.jpg')").images
    #expect(images.map { $0.problem?.errorClass } == ["not-a-file", nil])
  }

  @Test(arguments: ["true", "1.5", "[1]", "1e30"])
  func `with classes that are none are told of, and have none`(_ label: String) throws {
    let found = try findings(
      "add('1.jpg'); add('1.json', b'{\"label\": \(label)}'); add('2.jpg'); add('2.cls', b'7')")
    #expect(found.images.map(\.label) == [nil, "7"])
    let notes = found.compactMap { if case .note(let note) = $0 { note } else { nil } }
    #expect(notes.contains { $0.contains("1.json") && $0.contains(JSONClass.refusal) })
  }

  @Test func `whose names do not say that they are images are told of`() throws {
    let found = try findings(
      "add('n01440764/a.jpg'); add('n01440764/0'); add('n01440764/b.bin'); add('about.txt')")
    #expect(found.images.map(\.path) == ["n01440764/a.jpg"])
    let notes = found.compactMap { if case .note(let note) = $0 { note } else { nil } }
    #expect(notes.count == 1 && notes[0].hasSuffix("1 in .bin, 1 without an ending"), "\(notes)")
  }

  @Test func `with one class that can be used have that`() throws {
    let found = try findings("add('1.jpg'); add('1.json', b'{\"class\": {}, \"label\": 3}')")
    #expect(found.images.map(\.label) == ["3"])
  }

  @Test func `with a class behind a byte order mark have it`() throws {
    let found = try findings("add('1.jpg'); add('1.cls', b'\\xef\\xbb\\xbf7\\n')")
    #expect(found.images.map(\.label) == ["7"])
  }
}

extension [CorpusFinding] {
  fileprivate var images: [CorpusEntry] {
    compactMap { if case .image(let entry) = $0 { entry } else { nil } }
  }
}
