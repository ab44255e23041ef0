import ArgumentParser
import Foundation

/// The program: every subcommand parses arguments, asks `Stages`, and prints.
struct Synoptic: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synoptic",
    abstract:
      "Indexes an image corpus by meaning: WordNet classes and convolutional features, in one SQLite file.",
    discussion: """
      A pipeline file says what to do; its store holds what was done. Start with `plan`, then `run`, then `search`.

      EXAMPLES
        synoptic run Pipelines/quickstart.yaml
        synoptic search quickstart.sqlite --image dog.jpg --under animal -k 5
        synoptic synsets tree --under dog --depth 2

      EXIT STATUS
        0   all done
        1   could not finish
        2   finished, but some items failed
        64  wrong usage, pipeline file or argument
      """,
    version: "synoptic \(version)",
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(
        name: "Pipelines",
        subcommands: [
          RunCommand.self, PlanCommand.self, StatusCommand.self, RetryCommand.self, ForgiveCommand.self,
        ]),
      CommandGroup(name: "What happened", subcommands: [RunsCommand.self, ReportCommand.self]),
      CommandGroup(name: "Stores", subcommands: [CheckCommand.self, CollectCommand.self]),
      CommandGroup(name: "Looking", subcommands: [SearchCommand.self]),
      CommandGroup(
        name: "Parts",
        subcommands: [SynsetsCommand.self, ImagesCommand.self, FeaturesCommand.self, NetworkCommand.self]),
    ])

  static let version = "0.1.0"
}
