import Testing

@testable import WordNet

@Suite("A synset's names")
struct SynsetNameTests {
  @Test(
    "a wnid, a numbered sense and a lemma name a synset, in any case, with spaces or underscores",
    arguments: [
      ("n4", "n4"), ("N4", "n4"), ("dog.n.01", "n4"), ("dog.n.1", "n4"), ("dog.n.02", "n5"),
      ("Canis_familiaris", "n4"), ("great dane", "n6"), ("GREAT_DANE", "n6"), ("great_dane.n.01", "n6"),
      ("beast", "n1"), ("u.s.", "n9"), ("u.s..n.01", "n9"),
    ])
  func resolve(name: String, id: String) throws {
    #expect(try animals.resolve(name).id.text == id)
  }

  @Test("a lemma that is the first word of just one synset means that one, and says what else there was")
  func leadingWord() throws {
    let dog = try animals.resolve("dog")
    #expect(dog.id.text == "n4")
    #expect(dog.alternatives.map(\.name) == ["dog.n.02"])
    #expect(dog.alternatives.map(\.id.text) == ["n5"])
    #expect(try animals.resolve("beast").alternatives.isEmpty)
  }

  @Test("a lemma that two synsets begin with is ambiguous, and the error lists them")
  func ambiguous() {
    let error = #expect(throws: SynsetNameError.self) { try animals.resolve("Crane") }
    guard case .ambiguous("Crane", let choices) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(choices.map(\.name) == ["crane.n.01", "crane.n.02"])
    #expect(
      error?.description == """
        "Crane" has 2 senses; name one by wnid or number:
          n7  crane.n.01  crane: gloss of n7
          n8  crane.n.02  crane: gloss of n8
        """)
  }

  @Test("of several synsets that begin with a lemma, one with ten times the subtree of the others is meant")
  func dominantSense() throws {
    let dog = Synset(id: SynsetID("n1"), words: ["dog", "domestic dog"], gloss: "the animal")
    let chap = Synset(id: SynsetID("n2"), words: ["dog"], gloss: "a man")
    func hierarchy(kinds: Int) -> Hierarchy {
      let breeds = (0..<kinds).map { Synset(id: SynsetID("b\($0)"), words: ["breed \($0)"], gloss: "") }
      return Hierarchy(
        synsets: [chap, dog] + breeds, hypernyms: breeds.map { (child: $0.id, parent: dog.id) },
        senses: ["dog": [dog.id, chap.id]])
    }
    let resolved = try hierarchy(kinds: 9).resolve("dog")
    #expect(resolved.id == dog.id)
    #expect(resolved.alternatives.map(\.id) == [chap.id])
    #expect(throws: SynsetNameError.self) { try hierarchy(kinds: 8).resolve("dog") }
  }

  @Test(
    "an unknown name brings the nearest lemmas",
    arguments: [
      ("gerat dane", ["great dane"]), ("crnae", ["crane"]), ("dgo", ["dog"]), ("dog's.n.01", []),
      ("qwertyuiop", []), ("", []), (String(repeating: "x", count: 100_000), []),
    ])
  func unknown(name: String, nearest: [String]) {
    #expect(throws: SynsetNameError.unknown(name: name, nearest: nearest)) { try animals.resolve(name) }
  }

  @Test("the error asks whether the nearest lemma was meant")
  func unknownDescription() {
    let error = #expect(throws: SynsetNameError.self) { try animals.resolve("dgo") }
    #expect(error?.description == "no synset is named \"dgo\"; did you mean \"dog\"?")
  }

  @Test("a sense number beyond the lemma's senses is an error that lists them", arguments: [0, 3, 99])
  func noSuchSense(number: Int) {
    let name = "dog.n.\(number)"
    #expect(
      throws: SynsetNameError.noSuchSense(name: name, choices: animals.choices(of: "dog"))
    ) { try animals.resolve(name) }
  }

  @Test("senses follow the source's order where it has one")
  func givenOrder() {
    let given = hierarchy(
      [("a", ["x"]), ("b", ["x"]), ("c", ["x"]), ("d", ["y"])], senses: ["X": ["c", "d", "nobody", "a"]])
    #expect(given.senses(of: "x").texts == ["c", "a", "b"])
  }

  @Test("without it: the lemma's place among the words, then more hyponyms, then the identity")
  func ownOrder() {
    let own = hierarchy(
      [("a", ["other", "x"]), ("z", ["x"]), ("b", ["x"]), ("c", ["x"]), ("d", [])], edges: ["d c"])
    #expect(own.senses(of: "x").texts == ["c", "b", "z", "a"])
  }

  @Test("a lemma twice in one synset is one sense")
  func twice() {
    let twice = hierarchy([("a", ["Washington", "washington"])])
    #expect(twice.senses(of: "WASHINGTON").texts == ["a"])
  }

  @Test("a synset's own name is its first word with its sense, or its identity")
  func name() {
    #expect(animals.name(of: SynsetID("n5")) == "frump.n.01")
    #expect(animals.name(of: SynsetID("n8")) == "crane.n.02")
    #expect(animals.name(of: SynsetID("n6")) == "great_dane.n.01")
    #expect(graph("a b").name(of: SynsetID("a")) == "a")
  }

  @Test(
    "the edit distance counts insertions, deletions, substitutions and swaps",
    arguments: [
      ("kitten", "sitting", 3), ("dog", "dog", 0), ("", "abc", 3), ("abc", "", 3), ("ca", "ac", 1),
      ("ca", "abc", 3), ("retreiver", "retriever", 1),
    ])
  func editDistance(left: String, right: String, expected: Int) {
    var measure = EditDistance(from: Array(left.utf8), limit: 3)
    #expect(measure.distance(to: right) == expected)
    var strict = EditDistance(from: Array(left.utf8), limit: 1)
    #expect(strict.distance(to: right) == (expected <= 1 ? expected : nil))
  }
}
