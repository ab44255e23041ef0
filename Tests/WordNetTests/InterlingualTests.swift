import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("Interlingual identifiers")
struct InterlingualTests {
  /// From pages of the index itself, <https://github.com/globalwordnet/cili>, and of Open English WordNet.
  @Test(
    "of WordNet 3.0's synsets are those of the index",
    arguments: [
      ("i35545", "n00001740"), ("i46360", "n02084071"), ("i60000", "n04391276"), ("i100000", "n11944196"),
      ("i100136", "n11971248"),
    ])
  func published(ili: String, wnid: String) throws {
    let id = try #require(InterlingualID(ili))
    #expect(WordNet30.wnid(id.number)?.text == wnid)
    #expect(SynsetID(wnid).wnid.flatMap(WordNet30.interlingualID) == id)
  }

  @Test("adjectives, adverbs, newer concepts and what is no wnid have none")
  func none() {
    for number: Int32 in [1, 21_777, 117_660, 1_000_000] { #expect(WordNet30.wnid(number) == nil) }
    #expect(WordNet30.interlingualID(WNID(.noun, offset: 1741)) == nil)
    for text in ["", "i", "in", "46360", "i0", "i-1", "i1x", "i999999999999"] {
      #expect(InterlingualID(text) == nil)
    }
    for text in ["", "n0208407", "n020840711", "a02084071", "n0208407x", "N02084071"] {
      #expect(WNID(text) == nil)
    }
  }

  @Test(
    "the table has each noun and verb of WordNet 3.0",
    .enabled(if: WordNetDatabase.folder != nil, WordNetDatabase.reason))
  func table() throws {
    let folder = WordNetDatabase.folder ?? ""
    var number: Int32 = 21_778
    for (name, partOfSpeech) in [("verb", PartOfSpeech.verb), ("noun", .noun)] {
      let text = try String(contentsOfFile: "\(folder)/data.\(name)", encoding: .isoLatin1)
      for line in text.split(separator: "\n") where !line.hasPrefix(" ") {
        let wnid = WNID(partOfSpeech, offset: try #require(Int32(line.prefix(8))))
        #expect(WordNet30.wnid(number) == wnid)
        #expect(WordNet30.interlingualID(wnid)?.number == number)
        number += 1
      }
    }
    #expect(number == 117_660)
  }
}
