import ArgumentParser
import FeatureStore
import GRDB
import Pipeline
import Stages

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what a store holds: its stages, and what failed.",
    discussion: """
      Works beside a run. Given a pipeline file, shows the store that it names.

      EXAMPLES
        synoptic status quickstart.sqlite
        synoptic status quickstart.sqlite --failed
        synoptic status Pipelines/quickstart.yaml --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Flag(help: "List the failed items with the reason of each.")
  var failed = false

  @Option(help: "List at most this many failed items.")
  var limit: Int?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), and must be at least 1") }
  }

  func run() throws {
    let opened = try OpenStore(store)
    let (stages, failures) = try opened.database.read { db in
      (
        try JobState.status(db),
        failed ? try JobState.failures(db, limit: limit ?? .max) : []
      )
    }
    if json.isOn { return try StandardOutput.write(line: listing(opened.path, stages, failures).line) }
    if failed { return try printFailures(failures) }
    guard !stages.isEmpty else { return StandardError.say("nothing has been run on \(opened.path) yet") }
    try StandardOutput.write(PipelineListing.table(stages))
    let count = stages.reduce(0) { $0 + $1.items.failed }
    if count > 0 {
      StandardError.say("\(Quantities.count(count, "item")) failed; --failed lists them")
    }
  }

  private func listing(_ path: String, _ stages: [StageStatus], _ failures: [RecordedFailure]) -> JSON {
    var members: [JSON.Member] = [
      .init(name: "store", value: .string(path)), .init(name: "stages", value: PipelineListing.json(stages)),
    ]
    if failed {
      members.append(.init(name: "failures", value: .array(failures.map(PipelineListing.json))))
    }
    return .object(members)
  }

  private func printFailures(_ failures: [RecordedFailure]) throws {
    guard !failures.isEmpty else { return StandardError.say("nothing failed") }
    try StandardOutput.write(PipelineListing.table(failures))
  }
}
