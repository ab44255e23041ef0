import ArgumentParser
import Stages
import WordNet

struct SynsetsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show synsets: words, gloss, hypernyms, hyponyms, and images if there is a store.",
    discussion: """
      A synset is a wnid (n02084071), a lemma (dog, "great dane") or a numbered sense (dog.n.01).

      EXAMPLES
        synoptic synsets show dog
        synoptic synsets show "great dane" n02084071 --from structure.xml
        synoptic synsets show quickstart.sqlite dog.n.01 --json
      """)

  @Argument(help: ArgumentHelp("Synsets; the first may be a source instead.", valueName: "name"))
  var names: [String]

  @Option(
    help: ArgumentHelp(
      "A store, a structure XML file or a WordNet folder (default: the only *.sqlite here).",
      valueName: "source"),
    completion: .file())
  var from: String?

  @OptionGroup var json: JSONFlag

  func run() throws {
    var names = names
    var source = from
    if source == nil, names.count > 1, OpenHierarchy.isSource(names[0]) { source = names.removeFirst() }
    let opened = try OpenHierarchy(source)
    // All names first: half an answer helps nobody.
    let synsets = try names.map { name in
      let resolved = try opened.hierarchy.resolve(name)
      SenseRemark.say(name, resolved, in: opened.hierarchy)
      return SynsetDescription(
        resolved.synset, in: opened.hierarchy, counts: opened.tree?.counts(of: resolved.id))
    }
    if json.isOn {
      try StandardOutput.write(line: (["synsets": .array(synsets.map(\.json))] as JSON).line)
    } else {
      try StandardOutput.write(synsets.map(\.text).joined(separator: "\n"))
    }
  }
}
