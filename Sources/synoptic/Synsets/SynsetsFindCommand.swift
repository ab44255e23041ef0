import ArgumentParser
import Stages
import WordNet

struct SynsetsFindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find",
    abstract: "List every sense of words, in whatever form they are.",
    discussion: """
      A form is led back to its lemmas by WordNet's rules (dogs to dog), and by lists of irregular forms where the source \
      has them (geese to goose). Nouns come before verbs, the most frequent sense first.

      EXAMPLES
        synoptic synsets find dogs
        synoptic synsets find geese "great danes" --from /usr/share/wordnet --json
      """)

  @Argument(help: ArgumentHelp("Words; the first may be a source instead.", valueName: "word"))
  var words: [String]

  @Option(
    help: ArgumentHelp(
      "A store, an XML file or a WordNet folder (default: the only *.sqlite here).", valueName: "source"),
    completion: .file())
  var from: String?

  @OptionGroup var json: JSONFlag

  func run() throws {
    var words = words
    var source = from
    if source == nil, words.count > 1, OpenHierarchy.isSource(words[0]) { source = words.removeFirst() }
    let opened = try OpenHierarchy(source)
    var table = TextTable([("NAME", .left), ("SYNSET", .left), ("WORDS", .left), ("GLOSS", .left)])
    var found: [JSON] = []
    for word in words {
      let choices = opened.hierarchy.find(word)
      // The same error as for a name that means nothing: with the nearest lemmas.
      if choices.isEmpty { _ = try opened.hierarchy.resolve(word) }
      for choice in choices {
        table.append([choice.name, choice.id.text, choice.words.joined(separator: ", "), choice.gloss])
      }
      found.append(["word": .string(word), "senses": .array(choices.map(json(of:)))])
    }
    if json.isOn { return try StandardOutput.write(line: (["words": .array(found)] as JSON).line) }
    try StandardOutput.write(table.text)
  }

  private func json(of choice: SynsetChoice) -> JSON {
    [
      "wnid": .string(choice.id.text), "name": .string(choice.name),
      "part_of_speech": .string(choice.partOfSpeech.letter), "words": .strings(choice.words),
      "gloss": .string(choice.gloss),
    ]
  }
}
