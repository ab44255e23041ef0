import GRDB
import Testing

@testable import FeatureStore

@Suite("Taxonomies in the store")
struct TaxonomyTests {
  static let rows = TaxonomyRows(
    synsets: [
      .init(wnid: "n02084071", words: ["dog", "domestic dog"], gloss: "a member of the genus \"Canis\""),
      .init(wnid: "n00001740", words: ["entity"], gloss: "that which is\nperceived \\ known"),
      .init(wnid: "n02121808", words: ["chat d'été", "\u{1}"], gloss: ""),
      .init(
        wnid: "oewn-90000001-v", words: ["go"], gloss: "g", partOfSpeech: "v", ili: 117_660,
        sourceID: "oewn-90000001-v"),
    ],
    hypernyms: [
      .init(child: "n02121808", parent: "n00001740"), .init(child: "n02084071", parent: "n00001740"),
    ],
    senses: ["dog": ["n02084071", "n02121808"], "entity": ["n00001740"]],
    meronyms: [
      .init(whole: "n02121808", part: "n02084071", kind: "substance"),
      .init(whole: "n00001740", part: "n02084071", kind: "part"),
    ],
    irregularForms: [
      .init(partOfSpeech: "n", form: "axes", lemma: "axis"),
      .init(partOfSpeech: "n", form: "axes", lemma: "ax"),
      .init(partOfSpeech: "n", form: "geese", lemma: "goose"),
      .init(partOfSpeech: "v", form: "axes", lemma: "axe"),
    ])

  @Test("come back as they were written, in the source's order")
  func roundTrip() throws {
    let store = try StoreFixture()
    let back = try store.queue.write { db in
      let id = try Self.rows.write(fingerprint: "f", source: "structure.xml", in: db)
      return try TaxonomyRows.read(taxonomy: id, in: db)
    }
    #expect(back == Self.rows)
  }

  @Test("written again they replace the old rows and keep the id")
  func replace() throws {
    let store = try StoreFixture()
    var fewer = Self.rows
    fewer.synsets.removeLast()
    fewer.hypernyms.removeFirst()
    fewer.senses["dog"] = nil
    fewer.meronyms.removeFirst()
    fewer.irregularForms.removeLast()
    try store.queue.write { db in
      let id = try Self.rows.write(fingerprint: "f", source: "a.xml", in: db)
      #expect(try fewer.write(fingerprint: "f", source: "b.xml", in: db) == id)
      #expect(try TaxonomyRows.read(taxonomy: id, in: db) == fewer)
      #expect(try TaxonomyRecord.all(in: db).map(\.source) == ["b.xml"])
    }
  }

  @Test("a wnid that stands twice is refused, and what was there stays")
  func duplicate() throws {
    let store = try StoreFixture()
    let id = try store.queue.write { try Self.rows.write(fingerprint: "f", source: "a.xml", in: $0) }
    var doubled = Self.rows
    doubled.synsets.append(doubled.synsets[0])
    #expect(throws: StoreError.duplicateName(table: "synset", name: "n02084071")) {
      try store.queue.write { _ = try doubled.write(fingerprint: "f", source: "b.xml", in: $0) }
    }
    #expect(try store.queue.read { try TaxonomyRows.read(taxonomy: id, in: $0) } == Self.rows)
  }

  @Test("all of WordNet's 82,000 nouns take seconds, not minutes", .timeLimit(.minutes(1)))
  func large() throws {
    let store = try StoreFixture()
    let wnids = (0..<82_115).map { "n" + String(100_000_000 + $0 * 7919 % 82_115).dropFirst() }
    let rows = TaxonomyRows(
      synsets: wnids.map { .init(wnid: $0, words: ["word \($0)", "lemma"], gloss: "what \($0) means") },
      hypernyms: wnids.indices.dropFirst().map { .init(child: wnids[$0], parent: wnids[$0 / 4]) },
      senses: Dictionary(uniqueKeysWithValues: wnids.map { ("word \($0)", [$0]) }))
    let clock = ContinuousClock()
    try store.queue.write { db in
      var id: Int64 = 0
      let writing = try clock.measure { id = try rows.write(fingerprint: "f", source: "s", in: db) }
      #expect(writing < .seconds(10))
      #expect(try TaxonomyRows.read(taxonomy: id, in: db) == rows)
    }
  }
}
