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
      `run` leaves failed items alone as long as their files don't change (see max_attempts in ARCHITECTURE.md); \
      this doesn't. A stage that works as a whole, such as images, tries all that failed when it tries any.

      EXAMPLES
        synoptic retry Pipelines/quickstart.yaml
        synoptic retry corpus.yaml --stage embedding --class timeout
        synoptic retry corpus.yaml --item n02085782/2.jpg
        synoptic retry corpus.yaml --json
      """)

  @OptionGroup var pipeline: PipelineArguments

  @OptionGroup var failures: FailureArguments

  @Flag(help: "Also those that were forgiven.")
  var forgiven = false

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var log: LogFormatOption
  @OptionGroup var json: JSONFlag
  @OptionGroup var wait: WaitFlag

  func run() async throws {
    log.format.apply()
    let file = try pipeline.load()
    if let stage = failures.stage, file.stage(named: stage) == nil {
      let known = file.stages.map(\.name).joined(separator: ", ")
      throw UsageError("\(file.path) has no stage '\(stage)'; it has \(known)")
    }
    guard FileManager.default.fileExists(atPath: file.storePath) else {
      throw StoreFileError.missing(path: file.storePath)
    }
    let (failures, selection) = (failures, failures.selection(forgiven ? .any : .failed))
    let run = PipelineRun(file: file, threads: threads.count, isJSON: json.isOn, wait: wait)
    try await run.run { database in
      let count = try await database.write { db in
        let count = try JobState.retry(db, selection)
        if count == 0 { try failures.refuse(db) }
        return count
      }
      StandardError.say(
        count == 0 ? "no item stands failed" : "trying \(Quantities.count(count, "failed item")) again")
    }
  }
}
