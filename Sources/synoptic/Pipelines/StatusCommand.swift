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
        synoptic status quickstart.sqlite --failed --class truncated --limit 20
        synoptic status Pipelines/quickstart.yaml --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Flag(help: "List the failed items with the reason of each.")
  var failed = false

  @Flag(help: "List the failed items that were forgiven.")
  var forgiven = false

  @OptionGroup var failures: FailureArguments

  @Option(help: "List at most this many failed items.")
  var limit: Int?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if (failures.isGiven || limit != nil) && !failed && !forgiven {
      throw ValidationError("--stage, --class, --item and --limit choose failed items: give --failed too")
    }
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), and must be at least 1") }
  }

  private var standing: FailureSelection.Standing {
    failed ? (forgiven ? .any : .failed) : .forgiven
  }

  func run() throws {
    let opened = try OpenStore(store)
    let listsFailures = failed || forgiven
    let (stages, listed, classes) = try opened.database.read { db in
      (
        try JobState.status(db),
        listsFailures
          ? try JobState.failures(db, failures.selection(standing), limit: limit ?? .max) : [],
        try JobState.failureClasses(db)
      )
    }
    if json.isOn {
      return try StandardOutput.write(
        line: listing(opened.path, stages, listsFailures ? listed : nil, classes).line)
    }
    if listsFailures { return try printFailures(listed, classes) }
    guard !stages.isEmpty else { return StandardError.say("nothing has been run on \(opened.path) yet") }
    try StandardOutput.write(PipelineListing.table(stages))
    if !classes.isEmpty { StandardError.say("\(summary(of: classes)); --failed lists them") }
  }

  private func listing(
    _ path: String, _ stages: [StageStatus], _ failures: [RecordedFailure]?, _ classes: [FailureClass]
  ) -> JSON {
    var members: [JSON.Member] = [
      .init(name: "store", value: .string(path)), .init(name: "stages", value: PipelineListing.json(stages)),
      .init(
        name: "classes",
        value: .object(classes.map { .init(name: $0.errorClass, value: .integer($0.count)) })),
    ]
    if let failures {
      members.append(.init(name: "failures", value: .array(failures.map(PipelineListing.json))))
    }
    return .object(members)
  }

  private func printFailures(_ listed: [RecordedFailure], _ classes: [FailureClass]) throws {
    guard !listed.isEmpty else {
      return StandardError.say(failures.isGiven ? "nothing of that failed" : "nothing failed")
    }
    try StandardOutput.write(PipelineListing.table(listed))
    if failed && listed.count == limit { StandardError.say("in all, \(summary(of: classes))") }
  }

  /// "3 items failed (truncated 2, empty 1)".
  private func summary(of classes: [FailureClass]) -> String {
    let count = classes.reduce(0) { $0 + $1.count }
    let each = classes.map { "\($0.errorClass) \(Quantities.count($0.count))" }.joined(separator: ", ")
    return "\(Quantities.count(count, "item")) failed (\(each))"
  }
}
