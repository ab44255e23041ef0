import ArgumentParser

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "Say what runs there were on a store, and how each went.",
    discussion: """
      Every run is recorded in the store: its command, parameters, versions and machine, what each stage and step \
      took, what was worked and what failed. A run that was killed shows as killed.

      EXAMPLES
        synoptic runs quickstart.sqlite
        synoptic runs show quickstart.sqlite 3
        synoptic runs show quickstart.sqlite --json
      """,
    subcommands: [RunsListCommand.self, RunsShowCommand.self], defaultSubcommand: RunsListCommand.self)
}
