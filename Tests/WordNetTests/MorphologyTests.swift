import Testing

@testable import WordNet

@Suite("Forms of lemmas")
struct MorphologyTests {
  private let words: Hierarchy = {
    var exceptions = MorphologicalExceptions()
    exceptions.add("geese", of: "goose", .noun)
    exceptions.add("Mice", of: "mouse", .noun)
    exceptions.add("went", of: "go", .verb)
    let nouns = [
      "dog", "box", "church", "woman", "berry", "loaf", "goose", "mouse", "field mouse", "sports car",
      "glasses", "glass", "run",
    ]
    return Hierarchy(
      synsets: nouns.map { Synset(id: SynsetID("\($0)#n"), words: [$0], gloss: "") }
        + ["go", "chase", "run"].map {
          Synset(id: SynsetID("\($0)#v"), words: [$0], gloss: "", partOfSpeech: .verb)
        },
      hypernyms: [], exceptions: exceptions)
  }()

  @Test(
    "rules of detachment, irregular forms, and the last of several words",
    arguments: [
      ("dogs", ["dog"]), ("boxes", ["box"]), ("churches", ["church"]), ("women", ["woman"]),
      ("berries", ["berry"]),
      ("loaves", ["loaf"]), ("GEESE", ["goose"]), ("mice", ["mouse"]), ("field_mice", ["field mouse"]),
      ("sports cars", ["sports car"]), ("glasses", ["glasses", "glass"]), ("dog", ["dog"]), ("dogses", []),
      ("s", []),
      ("", []), ("went", []),
    ])
  func nouns(form: String, lemmas: [String]) { #expect(words.baseForms(of: form, .noun) == lemmas) }

  @Test(
    "verbs have rules of their own",
    arguments: [("went", ["go"]), ("chasing", ["chase"]), ("chased", ["chase"]), ("goes", ["go"])])
  func verbs(form: String, lemmas: [String]) { #expect(words.baseForms(of: form, .verb) == lemmas) }

  @Test("a name in any form is looked up, a noun before a verb")
  func resolving() throws {
    #expect(try words.resolve("geese").id.text == "goose#n")
    #expect(try words.resolve("runs").id.text == "run#n")
    #expect(try words.resolve("run.v.01").id.text == "run#v")
    #expect(try words.resolve("went").id.text == "go#v")
    #expect(throws: SynsetNameError.self) { try words.resolve("geeses") }
  }

  @Test("finding lists the senses of every part of speech and chooses none")
  func finding() {
    #expect(words.find("runs").map(\.name) == ["run.n.01", "run.v.01"])
    #expect(words.find("glasses").map(\.name) == ["glasses.n.01", "glass.n.01"])
    #expect(words.find("nothing").isEmpty)
  }
}
