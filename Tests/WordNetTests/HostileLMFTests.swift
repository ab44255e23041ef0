import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("WN-LMF that is wrong or means harm", .timeLimit(.minutes(2)))
struct HostileLMFTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let whole =
    WNLMFReaderTests.head + WNLMFReaderTests.dogs + "</LexicalResource>\n"

  /// The error for a file of these bytes, its path left out; nil when it is read.
  private func error(_ bytes: [UInt8]) throws -> String? {
    let path = try folder.write("hostile.xml", bytes)
    do {
      _ = try HierarchyReader.read(path)
      return nil
    } catch {
      return error.description.replacingOccurrences(of: path, with: "FILE")
    }
  }

  private func error(_ text: String) throws -> String { try error(Array(text.utf8)) ?? "" }

  private func lexicon(_ body: String, declarations: String = "") -> String {
    "<!DOCTYPE LexicalResource [\(declarations)]>\n<LexicalResource><Lexicon id='x'>\(body)</Lexicon></LexicalResource>"
  }

  @Test("cut off anywhere it has a line and a column")
  func truncated() throws {
    let bytes = Array(Self.whole.utf8)
    let end = bytes.count - "</LexicalResource>\n".utf8.count
    for length in stride(from: 1, through: end + 5, by: 17) {
      let error = try #require(try error(Array(bytes[..<length])), "\(length) bytes")
      #expect(error.contains(#/^FILE:\d+:\d+: not well-formed XML: /#), "\(error)")
    }
  }

  @Test(
    "bytes that are no UTF-8, wherever they stand",
    arguments: ["writtenForm=\"dog", "<Definition>go", "oewn-dog-v"])
  func invalidText(place: String) throws {
    let range = try #require(Self.whole.range(of: place))
    for bad: [UInt8] in [
      [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF5, 0x80, 0x80, 0x80], [0x00], [0x01],
    ] {
      let bytes =
        Array(Self.whole[..<range.upperBound].utf8) + bad + Array(Self.whole[range.upperBound...].utf8)
      #expect(try error(bytes)?.contains(#/^FILE:\d+:\d+: not well-formed XML: /#) == true, "\(bad)")
    }
  }

  @Test("a billion laughs, and entities that are files or in the network")
  func entities() throws {
    let laughs = (1...9).map { "<!ENTITY l\($0) '" + String(repeating: "&l\($0 - 1);", count: 10) + "'>" }
    for declarations in [
      "<!ENTITY l0 'lol'>" + laughs.joined(), "<!ENTITY l9 SYSTEM 'file:///etc/passwd'>",
      "<!ENTITY l9 SYSTEM 'http://127.0.0.1:9/x'>", "<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x.dtd'> %p;",
    ] {
      let text = lexicon(
        "<Synset id='a' partOfSpeech='n'><Definition>&l9;</Definition></Synset>", declarations: declarations)
      #expect(try error(text).contains(/^FILE:1:\d+: XML entities are refused/))
    }
  }

  @Test("10,000 levels, a text of 100 KB, an attribute of 100 MB, and a gzip file of a gigabyte of blanks")
  func size() throws {
    #expect(
      try error("<LexicalResource>" + String(repeating: "<a>", count: 10_000))
        .contains(/^FILE:1:\d+: the depth of elements is beyond the limit of 256/))
    let text = String(repeating: "x", count: 100_000)
    #expect(
      try error(lexicon("<Synset id='a' partOfSpeech='n'><Definition>\(text)</Definition></Synset>"))
        .contains("a definition's or an example's length is beyond the limit of 65536"))
    let head = Array("<LexicalResource><Lexicon id='".utf8)
    let long = try error(head + [UInt8](repeating: 0x78, count: 100_000_000))
    #expect(
      long?.contains(/^FILE:1:\d+: a tag's length is beyond the limit of 262144/) == true, "\(long ?? "")")
    let blanks = try Gzip.pack(
      Array("<LexicalResource>".utf8) + [UInt8](repeating: 0x20, count: 1 << 26), in: folder, name: "b")
    #expect(try error(blanks)?.contains("not well-formed XML: the file ends before its elements do") == true)
  }

  @Test("a synset of 20,000 words and members is read in a moment")
  func manyWords() throws {
    let words = (0..<20_000)
    let entries = words.map {
      "<LexicalEntry id='e\($0)'><Lemma writtenForm='w\($0)' partOfSpeech='n'/><Sense id='s\($0)' synset='a'/></LexicalEntry>"
    }
    let members = words.suffix(8_000).map { "e\($0)" }.joined(separator: " ")
    let path = try folder.write(
      "many.xml", lexicon(entries.joined() + "<Synset id='a' partOfSpeech='n' members='\(members)'/>"))
    #expect(try HierarchyReader.read(path).synsets.map(\.words.count) == [20_000])
  }
}
