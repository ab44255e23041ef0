import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("ImageNet's structure XML")
struct ImageNetStructureReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ body: String) throws -> Hierarchy {
    try ImageNetStructureReader.read(
      folder.write("structure.xml", "<ImageNetStructure>\(body)</ImageNetStructure>"))
  }

  @Test("nested elements are hyponyms; a synset under two elements has two parents")
  func nesting() throws {
    let read = try read(
      """
      <releaseData>fall2011</releaseData>
      <synset wnid="r" words="root" gloss="all">
        <synset wnid="a" words="a"><synset wnid="c" words="see, sea" gloss='"see" it'/></synset>
        <synset wnid="b" words="b"><synset wnid="c" words="see, sea" gloss='"see" it'/></synset>
      </synset>
      """)
    #expect(read.synsets.map(\.id.text) == ["r", "a", "c", "b"])
    #expect(read.parents(of: SynsetID("c")).texts == ["a", "b"])
    #expect(
      read.synset(SynsetID("c"))
        == Synset(id: SynsetID("c"), words: ["see", "sea"], gloss: "\"see\" it"))
  }

  @Test("character references are replaced, ampersands too")
  func references() throws {
    let read = try read(
      "<synset wnid='a' words='R&amp;D, a&lt;b, caf&#xE9;' gloss='&quot;&amp;amp;&quot; &#38;#38; &gt;'/>")
    #expect(read.synsets[0].words == ["R&D", "a<b", "café"])
    #expect(read.synsets[0].gloss == "\"&amp;\" &#38; >")
  }

  @Test(
    "commas within a word do not part it",
    arguments: [("1,000, m", ["1,000", "m"]), ("D.C.,_US", ["D.C., US"])])
  func commas(words: String, expected: [String]) throws {
    #expect(try read("<synset wnid='a' words='\(words)'/>").synsets[0].words == expected)
    #expect(SynsetWords.joined(expected) == words)
  }

  @Test("sense numbers decide the order of senses, also with gaps")
  func senses() throws {
    let read = try read(
      """
      <synset wnid='a' words='x, y' senses='7 1'/><synset wnid='b' words='x' senses='2'/>
      <synset wnid='c' words='x'/>
      """
    )
    #expect(read.senses(of: "x").texts == ["b", "a", "c"])
  }

  @Test("UTF-16 and a document type without entities are read", arguments: ["UTF-8", "UTF-16"])
  func encodings(name: String) throws {
    let text = """
      <?xml version="1.0" encoding="\(name)"?>
      <!DOCTYPE ImageNetStructure SYSTEM "http://127.0.0.1:9/none.dtd">
      <ImageNetStructure><synset wnid="a" words="café"/></ImageNetStructure>
      """
    let encoded = try #require(text.data(using: name == "UTF-8" ? .utf8 : .utf16))
    let read = try ImageNetStructureReader.read(folder.write("encoded.xml", Array(encoded)))
    #expect(read.synsets.map(\.words) == [["café"]])
  }

  @Test("a tag across the 64 KiB pieces that the file is read in is whole")
  func pieces() throws {
    let synsets = (0..<5_000).map { "<synset wnid=\"n\($0)\" words=\"word \($0)\" gloss=\"gloss \($0)\"/>\n" }
    let read = try read(synsets.joined())
    #expect(read.synsets.count == 5_000)
    #expect(read.synsets.enumerated().allSatisfy { $1.gloss == "gloss \($0)" && $1.words == ["word \($0)"] })
  }

  @Test(
    "of the sample has what xmllint counts, and dog with its two hypernyms",
    .enabled(if: SharedData.isPresent && XMLLint.isPresent, "needs the shared sample data and xmllint"))
  func sample() throws {
    let path = SharedData.structureXML.path
    let read = try ImageNetStructureReader.read(path)
    // An element for each way in which a synset can be reached: none lost, none invented.
    let elements = read.roots.reduce(0) { $0 + read.nestedCounts[Int(read.indices[$1] ?? 0)] }
    #expect(try XMLLint.evaluate("count(//synset)", in: path) == String(elements))
    let dog = SynsetID("n02084071")
    #expect(Set(read.parents(of: dog).texts) == ["n02083346", "n01317541"])
    let underDog = "//synset[@wnid='\(dog)'][1]"
    #expect(try XMLLint.evaluate("string(\(underDog)/@gloss)", in: path) == read.synset(dog)?.gloss)
    #expect(
      try XMLLint.evaluate("count((\(underDog))[1]/synset)", in: path) == String(read.children(of: dog).count)
    )
    #expect(read.hypernymPaths(of: dog).count == 2)
    #expect(read.roots.texts == ["fall11"])
    let missing = ILSVRC2012.wnids.filter { read.synset(SynsetID($0)) == nil }
    #expect(missing == ["n09229709", "n15075141"])
  }

  @Test(
    "references in attributes are read as xmllint reads them",
    .enabled(if: XMLLint.isPresent, "needs xmllint"),
    arguments: [
      "&amp;", "&#38;", "&amp;amp;", "&amp;#38;", "&#x26;lt;", "a&lt;b&gt;c", "&quot;&apos;&quot;",
      "&#9;x&#233;",
    ])
  func referencesByPeer(gloss: String) throws {
    let path = try folder.write(
      "structure.xml", "<ImageNetStructure><synset wnid='a' gloss='|\(gloss)|'/></ImageNetStructure>")
    let read = try ImageNetStructureReader.read(path)
    #expect(try XMLLint.evaluate("string(//synset/@gloss)", in: path) == read.synsets[0].gloss)
  }
}
