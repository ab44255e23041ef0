import Foundation
import TestSupport
import Testing

@testable import WordNet

/// Damage to small documents, each judged by `xmllint` as well.
@Suite(
  "What is well-formed, beside xmllint", .enabled(if: XMLLint.isPresent, "needs xmllint"),
  .timeLimit(.minutes(5)))
struct WellFormednessTests {
  private static let documents = [
    WNLMFReaderTests.head + WNLMFReaderTests.dogs + "</LexicalResource>\n",
    """
    <?xml version='1.0'?><!-- a comment --><ImageNetStructure>
    <releaseData>fall2011</releaseData><?pi data?>
    <synset wnid="n1" words="plant, flora" gloss='a "living" &amp; &#xe9; thing'><synset wnid="n2" words="x" gloss="y"/>
    </synset></ImageNetStructure>
    """,
  ]

  /// What breaks XML, or looks as if it did.
  private static let pieces =
    [
      "<", ">", "&", "&amp;", "&x;", "&#0;", "&#65;", "&#x110000;", "\"", "'", "<!--", "-->", "--", "]]>",
      "<![CDATA[",
      "<?xml version='1.0'?>", "<?x", "?>", "</synset>", "</Synset>", "<synset", "/>", "=", " wnid='n1'",
      "\u{FEFF}",
      "\u{0}", "\u{1}", "\u{FFFE}", "é", "<!DOCTYPE x>", "<a b='1' b='2'/>", "<a:b/>", "xmlns:a='b'", "<1/>",
      "\r", "\t",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0x80], [0xFE, 0xFF], [0xED, 0xA0, 0x80]]

  @Test(
    "2,000 damaged documents: what xmllint refuses is refused, and what it takes is never called malformed")
  func damaged() throws {
    let folder = try TemporaryFolder()
    var random = Random(state: 7)
    let paths = try (0..<2_000).map { number in
      try folder.write("d\(number).xml", Self.damaged(Self.documents[number % 2], &random))
    }
    let verdicts = try XMLLint.verdicts(paths)
    var counts = (refused: 0, taken: 0)
    for (path, isWellFormed) in zip(paths, verdicts) {
      let error: WordNetReadError?
      do throws(WordNetReadError) {
        _ = try HierarchyReader.read(path)
        error = nil
      } catch let thrown {
        error = thrown
      }
      if isWellFormed {
        counts.taken += 1
        if case .notWellFormed = error { Issue.record("taken by xmllint: \(Self.text(path)): \(error!)") }
      } else {
        counts.refused += 1
        if error == nil { Issue.record("refused by xmllint: \(Self.text(path))") }
      }
    }
    #expect(counts.refused > 500 && counts.taken > 200, "\(counts)")
  }

  private static func damaged(_ document: String, _ random: inout Random) -> [UInt8] {
    var bytes = Array(document.utf8)
    for _ in 0...random.below(2) {
      let position = random.below(bytes.count)
      let end = min(bytes.count, position + random.below(30))
      switch random.below(6) {
      case 0: bytes.removeSubrange(position..<end)
      case 1: bytes.insert(contentsOf: bytes[position..<end], at: random.below(bytes.count))
      case 2: bytes[position] = UInt8(random.below(256))
      case 3: bytes[position] = bytes[random.below(bytes.count)]
      default: bytes.insert(contentsOf: pieces[random.below(pieces.count)], at: position)
      }
      if bytes.isEmpty { bytes = [0x3C] }
    }
    return bytes
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

/// The same numbers every time.
private struct Random {
  var state: UInt64

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }
}
