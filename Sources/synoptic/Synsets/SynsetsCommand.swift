import ArgumentParser

struct SynsetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synsets",
    abstract: "Look at a WordNet hierarchy: of a store, an XML file or a WordNet database.",
    discussion: """
      Hierarchies are read from ImageNet's structure XML, WN-LMF XML such as Open English WordNet's, and Princeton's \
      database files; XML files may be packed with gzip. A store has one if its pipeline has a `synsets` stage.

      \(SynsetNaming.help)

      EXAMPLES
        synoptic synsets show dog
        synoptic synsets tree quickstart.sqlite --under animal --depth 3
        synoptic synsets similarity dog cat --from english-wordnet-2024.xml.gz
        synoptic synsets check structure_released.xml
      """,
    subcommands: [
      SynsetsShowCommand.self, SynsetsFindCommand.self, SynsetsTreeCommand.self, SynsetsPathsCommand.self,
      SynsetsLowestCommonCommand.self, SynsetsSimilarityCommand.self, SynsetsMapCommand.self,
      SynsetsCheckCommand.self, SynsetsConvertCommand.self,
    ])
}
