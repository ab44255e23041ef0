import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("Writing structure XML")
struct ImageNetStructureWriterTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path("written.xml") }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ hierarchy: Hierarchy) throws {
    try ImageNetStructureWriter.write(hierarchy, to: path, releaseName: "tests")
  }

  @Test("gives nested elements, a synset with all below it under each of its hypernyms")
  func text() throws {
    try write(hierarchy([("a", ["x"]), ("b", ["y"]), ("c", ["y", "z"])], edges: ["b a", "c a", "c b"]))
    let c = #"<synset wnid="c" words="y, z" gloss="gloss of c" senses="2 1">"# + "\n</synset>\n"
    #expect(
      try String(contentsOfFile: path, encoding: .utf8) == """
        <ImageNetStructure>
        \t<releaseData>tests</releaseData>
        <synset wnid="a" words="x" gloss="gloss of a" senses="1">
        <synset wnid="b" words="y" gloss="gloss of b" senses="1">
        \(c)</synset>
        \(c)</synset>
        </ImageNetStructure>

        """)
  }

  static let awkward = [
    "a & b &amp; &#38;", "<b>\"'</b> ]]>", "tab\tline\nreturn\r\n end", " spaces  inside ", "日本語 😀 é",
    "\u{7F}\u{85}",
    "", "%s,_x",
  ]

  @Test("any gloss comes back as it was, and xmllint agrees", arguments: awkward)
  func awkwardGloss(gloss: String) throws {
    let one = Hierarchy(
      synsets: [Synset(id: SynsetID("a"), words: ["R&D, \"x\"", "<y>"], gloss: gloss)], hypernyms: [])
    try write(one)
    #expect(try ImageNetStructureReader.read(path) == one)
    if XMLLint.isPresent { try XMLLint.check(path) }
  }

  @Test("several roots, shared synsets and given senses come back equal")
  func roundTrip() throws {
    try write(animals)
    #expect(try ImageNetStructureReader.read(path) == animals)
    let senses = hierarchy([("a", ["x"]), ("b", ["x"])], senses: ["x": ["b", "a"]])
    try write(senses)
    #expect(try ImageNetStructureReader.read(path).senses(of: "x").texts == ["b", "a"])
  }

  @Test(
    "the sample comes back equal, with as many elements by xmllint's count",
    .enabled(if: SharedData.isPresent && XMLLint.isPresent, "needs the shared sample data and xmllint"))
  func sample() throws {
    let read = try ImageNetStructureReader.read(SharedData.structureXML.path)
    try write(read)
    #expect(try ImageNetStructureReader.read(path) == read)
    try XMLLint.check(path)
    let count = "count(//synset)"
    #expect(
      try XMLLint.evaluate(count, in: path) == XMLLint.evaluate(count, in: SharedData.structureXML.path))
  }

  @Test("a hierarchy that explodes when nested is refused before anything is written")
  func explosion() throws {
    let limit = ImageNetStructureWriter.defaultElementLimit
    for (steps, count) in [(40, 4 * (1 << 40) - 3), (100, Int.max)] {
      #expect(throws: WordNetWriteError.tooManyElements(path: path, count: count, limit: limit)) {
        try write(diamondChain(steps))
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test("a hierarchy is as deep as the reader goes, or refused", arguments: [255, 256])
  func depth(levels: Int) throws {
    let chain = hierarchy(
      (1...levels).map { ("n\($0)", []) }, edges: (2...levels).map { "n\($0) n\($0 - 1)" })
    if levels == 255 {
      try write(chain)
      #expect(try ImageNetStructureReader.read(path) == chain)
    } else {
      #expect(throws: WordNetWriteError.tooDeep(path: path, synset: SynsetID("n256"), limit: 255)) {
        try write(chain)
      }
    }
  }

  @Test("a character that XML cannot have is an error", arguments: [0, 0x1B, 0xFFFE] as [UInt32])
  func forbidden(codePoint: UInt32) throws {
    let character = try #require(Unicode.Scalar(codePoint))
    let one = Hierarchy(
      synsets: [Synset(id: SynsetID("a"), words: [], gloss: "x\(character)")], hypernyms: [])
    #expect(
      throws: WordNetWriteError.forbiddenCharacter(path: path, synset: SynsetID("a"), codePoint: codePoint)
    ) { try write(one) }
  }

  @Test("a failure leaves the old file as it was and nothing beside it")
  func failure() throws {
    try write(animals)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let bad = Hierarchy(synsets: [Synset(id: SynsetID("a"), words: ["\u{1}"], gloss: "")], hypernyms: [])
    #expect(throws: WordNetWriteError.self) { try write(bad) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["written.xml"])
  }

  @Test("a folder that is not there is an error that names the file")
  func missingFolder() {
    let nowhere = folder.path("none/written.xml")
    #expect(
      throws: WordNetWriteError.unwritable(path: nowhere, reason: "No such file or directory")
    ) { try ImageNetStructureWriter.write(animals, to: nowhere, releaseName: "") }
  }
}
