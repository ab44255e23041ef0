import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("Structure XML that is wrong or means harm", .timeLimit(.minutes(1)))
struct HostileXMLTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The error for a file of this text, its path left out.
  private func error(_ text: String) throws -> String {
    try error(bytes: Array(text.utf8))
  }

  private func error(bytes: [UInt8]) throws -> String {
    let path = try folder.write("hostile.xml", bytes)
    let error = #expect(throws: WordNetReadError.self) { try ImageNetStructureReader.read(path) }
    return (error?.description ?? "").replacingOccurrences(of: path, with: "FILE")
  }

  @Test(
    "not well-formed: where and why",
    arguments: [
      ("<ImageNetStructure>\n<synset wnid='a'>\n", "FILE:2:18: not well-formed XML: the file ends before"),
      ("<ImageNetStructure>\n<synset wnid='a'></wrong>", "FILE:2:26: not well-formed XML: "),
      ("<ImageNetStructure><synset wnid=a/>", "FILE:1:33: not well-formed XML: "),
      ("just text", "FILE:1:1: not well-formed XML: "),
      ("<ImageNetStructure><synset wnid='a'/></ImageNetStructure>more", "FILE:1:58: not well-formed XML: "),
    ])
  func syntax(text: String, expected: String) throws {
    let error = try error(text)
    #expect(error.hasPrefix(expected), "\(error)")
    #expect(error.count > expected.count)
  }

  @Test(
    "well-formed but something else: what was expected",
    arguments: [
      (
        "<html><body/></html>",
        "FILE:1: expected <ImageNetStructure>, the root of ImageNet's structure_released.xml, found <html>"
      ),
      (
        "<ImageNetStructure>\n<LexicalEntry/></ImageNetStructure>",
        "FILE:2: expected <releaseData> or <synset>, found <LexicalEntry>"
      ),
      (
        "<ImageNetStructure><synset wnid='n1'>\n\n<word/></synset></ImageNetStructure>",
        "FILE:3: expected <synset> or the end of synset n1, found <word>"
      ),
      ("<ImageNetStructure/>", "FILE: expected <synset> elements in <ImageNetStructure>, found none"),
      ("", "FILE: expected XML, found an empty file"),
    ])
  func otherFormat(text: String, expected: String) throws {
    #expect(try error(text) == expected)
  }

  @Test("a synset without a wnid has a line", arguments: ["", "wnid='' ", "id='n1' "])
  func noIdentity(attributes: String) throws {
    let text = "<ImageNetStructure>\n\n<synset \(attributes)words='dog'/></ImageNetStructure>"
    #expect(try error(text) == "FILE:3: a <synset> has no wnid; give it one")
  }

  @Test("sense numbers that are not one a word", arguments: ["1", "1 2 3", "1 x", "1 0", "1 99999999999"])
  func senses(text: String) throws {
    let error = try error(
      "<ImageNetStructure>\n<synset wnid='n1' words='a, b' senses='\(text)'/></ImageNetStructure>")
    #expect(
      error == "FILE:2: the senses \"\(text)\" of n1 should be 2 numbers from 1, one a word")
  }

  @Test(
    "a synset below itself",
    arguments: [
      "<synset wnid='a'>\n<synset wnid='a'/></synset>",
      "<synset wnid='a'>\n<synset wnid='b'>\n<synset wnid='a'/></synset></synset>",
      "<synset wnid='a'>\n<synset wnid='b'/></synset><synset wnid='b'>\n<synset wnid='a'/></synset>",
    ])
  func cycle(body: String) throws {
    let error = try error("<ImageNetStructure>\(body)</ImageNetStructure>")
    #expect(error.hasSuffix(" because it is also one of its hyponyms"), "\(error)")
    #expect(error.hasPrefix("FILE:2: ") || error.hasPrefix("FILE:3: "), "\(error)")
  }

  @Test(
    "entities, which could blow up or read other files",
    arguments: [
      "<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;'>",
      "<!ENTITY c SYSTEM 'file:///etc/passwd'>", "<!ENTITY c SYSTEM 'http://127.0.0.1:9/x'>",
      "<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;",
      "<!NOTATION n SYSTEM 'x'><!ENTITY c SYSTEM 'x' NDATA n>",
    ])
  func entities(declarations: String) throws {
    let error = try error(
      """
      <!DOCTYPE ImageNetStructure [\(declarations)]>
      <ImageNetStructure><synset wnid="a" words="&c;" gloss="&c;">&c;</synset></ImageNetStructure>
      """)
    #expect(error.contains(/^FILE:1:\d+: XML entities are refused/), "\(error)")
  }

  @Test("an entity that an external document type would declare")
  func externalEntity() throws {
    let error = try error(
      """
      <!DOCTYPE ImageNetStructure SYSTEM "file:///etc/passwd">
      <ImageNetStructure><synset wnid="a" words="&c;"/></ImageNetStructure>
      """)
    #expect(
      error.contains(
        /^FILE:2:\d+: XML entities are refused, because they can reach other files; replace "&c;" by its text$/
      ))
  }

  @Test("10,000 levels, whatever they are", arguments: ["<synset wnid='n%'>", "<synset wnid='a'>"])
  func depth(tag: String) throws {
    let tags = (0..<10_000).map { tag.replacingOccurrences(of: "%", with: String($0)) }
    let error = try error("<ImageNetStructure>" + tags.joined())
    #expect(
      error.contains(
        /^FILE:1:\d+: the depth of elements is beyond the limit of 256; this is no synset hierarchy$/))
  }

  @Test("an attribute of 70 KB, one of 20 MB, and a tag with 100,000 attributes")
  func size() throws {
    func synset(_ attributes: String) -> String { "<ImageNetStructure><synset wnid='a' \(attributes)" }
    let long = try error(synset("gloss='\(String(repeating: "x", count: 70_000))'/></ImageNetStructure>"))
    #expect(long.contains("an attribute's length is beyond the limit of 65536"))
    let huge = try error(synset("gloss='\(String(repeating: "x", count: 20_000_000))"))
    #expect(huge.contains("a tag's length is beyond the limit of 262144"))
    let many = try error(synset((0..<100_000).map { "a\($0)='' " }.joined()))
    #expect(many.contains("a tag's length is beyond the limit of 262144"))
  }

  @Test("binary junk of any kind", arguments: 0..<20)
  func junk(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    let bytes = (0..<200_000).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    #expect(try error(bytes: bytes).contains("not well-formed XML"))
  }

  @Test(
    "the sample cut off anywhere",
    .enabled(if: SharedData.isPresent, "needs the shared sample data"),
    arguments: [1, 20, 65, 1_000, 65_535, 65_536, 65_537, 4_000_000, 4_875_792])
  func truncated(length: Int) throws {
    let whole = try Data(contentsOf: SharedData.structureXML)
    #expect(try error(bytes: Array(whole.prefix(length))).contains("not well-formed XML"))
  }

  @Test("a gzip file that is cut off, a missing file and a folder")
  func noXML() throws {
    #expect(
      try error(bytes: [0x1F, 0x8B, 8, 0])
        == "FILE: cannot be read: the gzip data ends before its end; the file may be cut off")
    for path in [folder.path("missing.xml"), folder.url.path] {
      let error = #expect(throws: WordNetReadError.self) { try ImageNetStructureReader.read(path) }
      #expect(error?.description.hasPrefix("\(path): cannot be read: ") == true)
    }
  }
}
