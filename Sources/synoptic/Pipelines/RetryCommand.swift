import ArgumentParser
import Foundation
import GRDB
import Pipeline
import Stages

struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Try failed items again, and only them and what else is unfinished.",
    discussion: """
      `run` leaves failed items alone as long as their files don't change; this doesn't.

      EXAMPLES
        synoptic retry Pipelines/quickstart.yaml
        synoptic retry corpus.yaml --stage embedding
        synoptic retry corpus.yaml --json
      """)

  @OptionGroup var pipeline: PipelineArguments

  @Option(help: "Only the failed items of this stage.")
  var stage: String?

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var json: JSONFlag

  func run() async throws {
    let file = try pipeline.load()
    if let stage, file.stage(named: stage) == nil {
      let known = file.stages.map(\.name).joined(separator: ", ")
      throw UsageError("\(file.path) has no stage '\(stage)'; it has \(known)")
    }
    guard FileManager.default.fileExists(atPath: file.storePath) else {
      throw StoreFileError.missing(path: file.storePath)
    }
    let stage = stage
    try await PipelineRun(file: file, threads: threads.count, isJSON: json.isOn).run { database in
      let count = try await database.write { db in try JobState.resetFailures(db, stage: stage) }
      StandardError.say(
        count == 0 ? "no item stands failed" : "trying \(Quantities.count(count, "failed item")) again")
    }
  }
}
