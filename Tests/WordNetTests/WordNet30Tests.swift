import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite(
  "WordNet 3.0",
  .enabled(if: WordNetDatabase.folder != nil, WordNetDatabase.reason))
struct WordNet30Tests {
  private let nouns: Hierarchy

  init() throws { nouns = try WNDBReader.read(WordNetDatabase.folder ?? "") }

  /// wnstats(7WN): 82,115 noun synsets, 117,798 noun strings.
  @Test("has the published numbers of nouns, all under entity")
  func statistics() {
    #expect(nouns.synsets.filter { $0.partOfSpeech == .noun }.count == 82_115)
    #expect(nouns.synsets.filter { $0.partOfSpeech == .verb }.count == 13_767)
    let nounLemmas = nouns.lemmaList.filter { !nouns.choices(of: $0).allSatisfy { $0.partOfSpeech == .verb } }
    #expect(nounLemmas.count == 117_798)
    #expect(nouns.roots.filter { nouns.synset($0)?.partOfSpeech == .noun }.texts == ["n00001740"])
    #expect(nouns.subtree(of: SynsetID("n00001740")).count == 82_115)
  }

  @Test("dog.n.01 is n02084071, a canine and a domestic animal")
  func dog() throws {
    let dog = try nouns.resolve("dog.n.01")
    #expect(dog.id.text == "n02084071")
    #expect(nouns.parents(of: dog.id).texts == ["n02083346", "n01317541"])
    #expect(nouns.hypernymPaths(of: dog.id).map(\.count) == [14, 9])
    #expect(nouns.choices(of: "dog").map(\.name).last == "dog.v.01")
    #expect(nouns.senses(of: "dog").count == 8)
    #expect(nouns.name(of: SynsetID("n10114209")) == "frump.n.01")
  }

  @Test("has all classes of ILSVRC-2012")
  func classes() {
    #expect(ILSVRC2012.wnids.allSatisfy { nouns.synset(SynsetID($0)) != nil })
  }

  @Test("written as structure XML it comes back equal, one element a way by xmllint's count")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("wordnet.xml")
    try ImageNetStructureWriter.write(nouns, to: path, releaseName: "WordNet 3.0")
    let verbless = Hierarchy(
      synsets: nouns.synsets.filter { $0.partOfSpeech == .noun },
      hypernyms: nouns.edges.filter { nouns.synset($0.child)?.partOfSpeech == .noun },
      senses: Dictionary(uniqueKeysWithValues: nouns.lemmaList.map { ($0, nouns.senses(of: $0)) }))
    #expect(try ImageNetStructureReader.read(path) == verbless)
    if XMLLint.isPresent {
      #expect(try XMLLint.evaluate("count(//synset)", in: path) == "111557")
    }
  }
}
