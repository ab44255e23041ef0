import Foundation
import TestSupport
import Testing

@testable import Corpus

/// ILSVRC's training set is a tar of tars: what is wrong with one of them is that one's alone.
@Suite struct `Archives in an archive` {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (wnid, letter) in [("n01440764", "a"), ("n01484850", "b"), ("n01494475", "c")] {
      for number in 1...3 {
        try folder.write("\(wnid)/\(wnid)_\(number).JPEG", String(repeating: letter, count: 3_000 + number))
      }
    }
    try TarPeers.shell("for n in n0*; do tar -cf $n.tar --sort=name -C $n .; rm -r $n; done", in: folder)
  }

  private func scan(_ name: String) throws -> (images: [CorpusEntry], problems: [CorpusEntry]) {
    var entries: [CorpusEntry] = []
    try ImageSources.open(folder.path(name)).scan { entries.append($0) }
    return (entries.filter { $0.problem == nil }, entries.filter { $0.problem != nil })
  }

  @Test(arguments: ["", "z"], [512 * 9 + 100, 512 * 8 + 300, 512 * 17, 512 + 1, 100])
  func `of which one is cut off: the others are whole, and nothing of them is taken for its own`(
    compression: String, size: Int
  ) throws {
    try TarPeers.shell(
      "truncate -s \(size) n01440764.tar; tar -c\(compression)f all.tar n01440764.tar n01484850.tar n01494475.tar",
      in: folder)
    let (images, problems) = try scan("all.tar")
    let cut = images.filter { $0.path.hasPrefix("n01440764.tar/") }
    #expect(images.count - cut.count == 6)
    #expect(Set(images.map(\.label)).isSuperset(of: ["n01484850", "n01494475"]))
    for image in images {
      let letter = ["n01440764": "a", "n01484850": "b", "n01494475": "c"][image.label ?? ""] ?? ""
      let bytes = try ImageReader().bytes(of: image.location)
      #expect(bytes == Array(String(repeating: letter, count: bytes.count).utf8), "\(image.path)")
      #expect(bytes.count > 3_000)
    }
    // The folder's own header, then seven blocks an image.
    #expect(cut.count == max(0, size - 512) / (7 * 512))
    #expect(problems.contains { $0.path == "n01440764.tar" })
    #expect(problems.allSatisfy { $0.path.hasPrefix("n01440764.tar") })
  }

  @Test func `of which the last is cut off with the outer one`() throws {
    try TarPeers.shell("tar -cf all.tar n0*.tar; truncate -s -15000 all.tar", in: folder)
    let (images, problems) = try scan("all.tar")
    #expect(images.filter { $0.label != "n01494475" }.count == 6)
    #expect(!problems.isEmpty)
  }

  @Test(arguments: [20, 512])
  func `joined behind padding of any length are not lost in silence`(blocking: Int) throws {
    try TarPeers.shell(
      "tar -b \(blocking) -cf 1.tar n01440764.tar; tar -cf 2.tar n01484850.tar; cat 1.tar 2.tar > joined.tar",
      in: folder)
    let (images, problems) = try scan("joined.tar")
    #expect(images.count == 3)
    #expect(problems.map { $0.problem?.errorClass } == ["archive-trailing-data"])
  }
}
