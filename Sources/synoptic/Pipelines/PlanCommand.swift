import ArgumentParser
import Foundation
import Pipeline
import Stages

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Say what a run would do, and exactly why; run and write nothing.",
    discussion: """
      A stage is current, stale, new or incomplete.

      EXAMPLES
        synoptic plan Pipelines/quickstart.yaml
        synoptic plan corpus.yaml --set embedding.encoding=int8
        synoptic plan corpus.yaml --json
      """)

  @OptionGroup var pipeline: PipelineArguments
  @OptionGroup var json: JSONFlag

  func run() throws {
    let file = try pipeline.load()
    let isThere = FileManager.default.fileExists(atPath: file.storePath)
    let store = isThere ? try StoreFile.openReadOnly(file.storePath) : nil
    let plan = try Planner(file).plan(database: store)
    try StandardOutput.write(
      json.isOn ? PipelineListing.json(plan).line + "\n" : PipelineListing.table(plan))
  }
}
