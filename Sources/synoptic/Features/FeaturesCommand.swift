import ArgumentParser

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "List, check and export feature vectors and predicted classes.",
    discussion: """
      EXAMPLES
        synoptic features list quickstart.sqlite
        synoptic features export quickstart.sqlite --space embedding --output features.npy
        synoptic features predictions quickstart.sqlite --limit 10
      """,
    subcommands: [
      FeaturesListCommand.self, FeaturesDigestCommand.self, FeaturesExportCommand.self,
      FeaturesPredictionsCommand.self,
    ])
}
