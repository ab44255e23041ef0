import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("A Princeton WordNet database", .timeLimit(.minutes(1)))
struct WNDBReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let data = """
      1 This software and database is being provided to you.
      2 WordNet 3.0 Copyright 2006 by Princeton University.
    00001740 03 n 01 entity 0 002 ~ 00001930 n 0000 ~ 00002000 n 0000 | that which exists
    00001930 03 n 02 Great_Dane 0 dog 1 002 @ 00001740 n 0000 + 00692347 v 0101 | a dog; "it | barked"
    00002000 03 n 01 dog 0 001 @ 00001740 n 0000 |
    00002100 03 n 0a a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j a 002 @i 00001930 n 0000 @ 00002000 n 0000 | ten
    00009999 03 n 01 stray 0 001 #p 00002000 n 0000 | not under entity

    """
  static let index = """
      1 This software and database is being provided to you.
    dog n 2 2 @ ~ 2 1 00002000 00001930
    entity n 1 1 ~ 1 1 00001740
    great_dane n 1 1 @ 1 0 00001930

    """

  private func read(data: String = Self.data, index: String = Self.index) throws -> Hierarchy {
    try folder.write("data.noun", data)
    try folder.write("index.noun", index)
    return try WNDBReader.read(folder.url.path)
  }

  private func error(data: String = Self.data, index: String = Self.index) throws -> String {
    let error = #expect(throws: WordNetReadError.self) { try read(data: data, index: index) }
    return (error?.description ?? "").replacingOccurrences(of: folder.url.path + "/", with: "")
  }

  @Test("gives the nouns, with kinds and instances as hyponyms")
  func nouns() throws {
    let read = try read()
    #expect(read.synsets.map(\.id.text) == ["n00001740", "n00001930", "n00002000", "n00002100", "n00009999"])
    #expect(read.roots.texts == ["n00001740", "n00009999"])
    #expect(
      read.wholes(of: SynsetID("n00009999"))
        == [Meronym(part: SynsetID("n00009999"), whole: SynsetID("n00002000"), kind: .part)])
    #expect(read.parents(of: SynsetID("n00002100")).texts == ["n00001930", "n00002000"])
    #expect(
      read.synset(SynsetID("n00001930"))
        == Synset(id: SynsetID("n00001930"), words: ["Great Dane", "dog"], gloss: "a dog; \"it | barked\""))
    #expect(read.synset(SynsetID("n00002100"))?.words.count == 10)
  }

  @Test("orders senses by index.noun")
  func senses() throws {
    #expect(try read().senses(of: "dog").texts == ["n00002000", "n00001930"])
    let other = Self.index.replacingOccurrences(of: "00002000 00001930", with: "00001930 00002000")
    #expect(try read(index: other).senses(of: "dog").texts == ["n00001930", "n00002000"])
  }

  @Test("is read with the line ends of either system and without a last one")
  func lineEnds() throws {
    let unix = try read()
    #expect(try read(data: Self.data.replacingOccurrences(of: "\n", with: "\r\n")) == unix)
    #expect(try read(index: String(Self.index.dropLast())) == unix)
  }

  @Test(
    "a malformed line of data.noun has its number",
    arguments: [
      ("entity 0 002", "entity", "data.noun:3: ", "a lexical number should be a number, not \"~\""),
      ("00002000 03 n 01 dog", "0000200x 03 n 01 dog", "data.noun:5: ", "not \"0000200x\""),
      ("00002000 03 n", "000000002000 03 n", "data.noun:5: ", "should have eight digits"),
      ("00002000 03 n 01", "00002000 03 v 01", "data.noun:5: ", "the kind of synset should be n"),
      (
        "00002000 03 n 01 dog", "00002000 03 n ff dog", "data.noun:5: ", "a lexical number should be a number"
      ),
      ("0 001 @ 00001740 n 0000 |\n", "0 001 @ 00001740 n\n", "data.noun:5: ", "the line ends where"),
      ("dog 0 001 @ 00001740", "dog 0 999 @ 00001740", "data.noun:5: ", "a pointer's offset should be"),
      ("dog 0 001 @ 00001740", "dog 0 001 @ 00001741", "data.noun:5: ", "n00001741 is not in the file"),
      ("00002000 03 n 01 dog", "00001930 03 n 01 dog", "data.noun:5: ", "n00001930 is there already"),
      (
        "00001740 03 n 01 entity 0 002 ~ 00001930", "00001740 03 n 01 entity 0 002 @ 00001930", "data.noun:",
        "cannot be a hypernym"
      ),
    ])
  func malformedData(part: String, replacement: String, place: String, reason: String) throws {
    let data = Self.data.replacingOccurrences(of: part, with: replacement)
    try #require(data != Self.data)
    let error = try error(data: data)
    #expect(error.hasPrefix(place) && error.contains(reason), "\(error)")
  }

  @Test(
    "a malformed line of index.noun has its number",
    arguments: [
      ("dog n 2", "dog v 2", "the part of speech should be n"),
      ("dog n 2", "dog n 3", "the line ends where a synset's offset should be"),
      ("dog n 2 2", "dog n 2 9999999", "the line ends where a pointer should be"),
      ("dog n 2", "dog n -2", "the number of synsets should be a number"),
      ("dog n 2", "dog n 99999999999999999999999", "the number of synsets should be a number"),
      ("00002000 00001930", "00002000 00001931", "data.noun has no synset n00001931"),
    ])
  func malformedIndex(part: String, replacement: String, reason: String) throws {
    let error = try error(index: Self.index.replacingOccurrences(of: part, with: replacement))
    #expect(error.hasPrefix("index.noun:2: ") && error.contains(reason), "\(error)")
  }

  @Test("bytes that are no UTF-8, a file of one line, no synsets")
  func contents() throws {
    try folder.write("index.noun", Self.index)
    try folder.write("data.noun", Array("00001740 03 n 01 ".utf8) + [0xFF] + Array(" 0 000 | x\n".utf8))
    let error = #expect(throws: WordNetReadError.self) { try WNDBReader.read(folder.url.path) }
    #expect(error?.description.hasSuffix("a word is not UTF-8") == true)
    #expect(
      try self.error(data: String(repeating: "x", count: 100_000)).contains("a line's length is beyond"))
    #expect(try self.error(data: "") == "data.noun: expected lines of synsets, found none")
  }

  @Test("is told from a structure file by what is there")
  func detection() throws {
    let database = try read()
    for name in ["", "data.noun", "index.noun"] {
      #expect(try HierarchyReader.read(folder.path(name)) == database)
    }
    let xml = folder.path("x.xml")
    try ImageNetStructureWriter.write(database, to: xml, releaseName: "x")
    #expect(try HierarchyReader.read(xml) == database)
    let outer = try TemporaryFolder()
    try outer.write("dict/data.noun", Self.data)
    try outer.write("dict/index.noun", Self.index)
    #expect(try HierarchyReader.read(outer.url.path) == database)
    let empty = try TemporaryFolder()
    let error = #expect(throws: WordNetReadError.self) { try HierarchyReader.read(empty.url.path) }
    #expect(error?.description.contains("found a folder without data.noun") == true)
    #expect(throws: WordNetReadError.unreadable(path: "/no/where", reason: "there is no such file or folder"))
    {
      try HierarchyReader.read("/no/where")
    }
  }
}
