import ArgumentParser

struct SynsetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synsets",
    abstract: "Look at a WordNet hierarchy: of a store, a structure XML file or a WordNet database.",
    discussion: """
      EXAMPLES
        synoptic synsets show dog
        synoptic synsets tree quickstart.sqlite --under animal --depth 3
        synoptic synsets convert /usr/share/wordnet structure.xml
      """,
    subcommands: [SynsetsShowCommand.self, SynsetsTreeCommand.self, SynsetsConvertCommand.self])
}
