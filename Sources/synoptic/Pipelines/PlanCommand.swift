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
        synoptic plan corpus.yaml --graph mermaid
        synoptic plan corpus.yaml --graph dot | dot -Tsvg -o corpus.svg
      """)

  @OptionGroup var pipeline: PipelineArguments
  @Option(
    help:
      "Draw the stages and what refers to what: \(PlanGraph.allCases.map(\.rawValue).joined(separator: " or "))."
  )
  var graph: PlanGraph?

  @OptionGroup var json: JSONFlag

  func validate() throws {
    if graph != nil && json.isOn {
      throw ValidationError("--graph and --json are two ways to print a plan: give one")
    }
  }

  func run() throws {
    let file = try pipeline.load()
    let isThere = FileManager.default.fileExists(atPath: file.storePath)
    let store = isThere ? try StoreFile.openReadOnly(file.storePath) : nil
    let plan = try Planner(file).plan(database: store)
    if let graph { return try StandardOutput.write(graph.text(of: plan)) }
    try StandardOutput.write(
      json.isOn ? PipelineListing.json(plan).line + "\n" : PipelineListing.table(plan))
  }
}

extension PlanGraph: ExpressibleByArgument {}
