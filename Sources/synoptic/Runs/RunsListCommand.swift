import ArgumentParser
import GRDB
import Pipeline

struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the runs on a store, the last one first.",
    discussion: """
      What a run worked is what it did itself, not what stood already. Works beside a run.

      EXAMPLES
        synoptic runs quickstart.sqlite
        synoptic runs list quickstart.sqlite --limit 5 --json
        synoptic runs list quickstart.sqlite --limit 5 --before 12
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Option(help: "List at most this many.")
  var limit: Int = 50

  @Option(help: ArgumentHelp("Only runs before this one, for the next page.", valueName: "run"))
  var before: Int64?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is \(limit), and must be at least 1") }
  }

  func run() throws {
    let opened = try OpenStore(store)
    let runs = try opened.database.read { db in try RunHistory.list(db, before: before, limit: limit) }
    if json.isOn {
      let listing: JSON = ["store": .string(opened.path), "runs": .array(runs.map(RunListing.json))]
      return try StandardOutput.write(line: listing.line)
    }
    guard !runs.isEmpty else { return StandardError.say("no run is recorded in \(opened.path)") }
    try StandardOutput.write(RunListing.table(runs))
  }
}
