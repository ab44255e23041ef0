import ArgumentParser
import Stages
import WordNet

struct SynsetsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show synsets: words, gloss, hypernyms, hyponyms, parts, and images if there is a store.",
    discussion: """
      \(SynsetNaming.help)

      EXAMPLES
        synoptic synsets show dog
        synoptic synsets show "great dane" n02084071 --from structure.xml
        synoptic synsets show quickstart.sqlite dog.n.01 --json
      """)

  @OptionGroup var arguments: SynsetArguments
  @OptionGroup var json: JSONFlag

  func run() throws {
    let (opened, resolved) = try arguments.open()
    let synsets = resolved.map {
      SynsetDescription($0.synset, in: opened.hierarchy, counts: opened.tree?.counts(of: $0.id))
    }
    if json.isOn {
      try StandardOutput.write(line: (["synsets": .array(synsets.map(\.json))] as JSON).line)
    } else {
      try StandardOutput.write(synsets.map(\.text).joined(separator: "\n"))
    }
  }
}
