import ArgumentParser
import Foundation
import Pipeline
import Stages

/// What `run`, `plan` and `retry` are told about a pipeline.
struct PipelineArguments: ParsableArguments {
  @Argument(help: "The pipeline file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
  var pipeline: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a parameter of the file; may be given several times.", valueName: "stage.parameter=value"))
  var overrides: [String] = []

  /// - Throws: `PipelineError` with every problem of the file.
  func load() throws -> PipelineFile {
    try PipelineFile.load(
      pipeline, registry: .synoptic, overrides: overrides,
      environment: ProcessInfo.processInfo.environment)
  }
}

/// `--json`, as every listing has it.
struct JSONFlag: ParsableArguments {
  @Flag(name: .customLong("json"), help: "Print JSON, on one line.")
  var isOn = false
}

/// `--wait`.
struct WaitFlag: ParsableArguments {
  @Flag(
    name: .customLong("wait"), help: "Wait for whoever runs on the store, instead of ending with status 1.")
  var isOn = false

  /// - Throws: `StoreLockError`.
  func acquire(_ store: String) async throws -> StoreLock {
    guard isOn else { return try StoreLock.acquire(for: store) }
    return try await StoreLock.acquireWhenFree(for: store) { holder in
      StandardError.say("\(store) is in use by \(holder?.description ?? "another process"); waiting")
    }
  }
}

/// `--threads`.
struct ThreadsOption: ParsableArguments {
  @Option(name: .customLong("threads"), help: "How many threads to keep busy (default: one a processor).")
  var count: Int?

  var resolved: Int { count ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    if let count, !(1...1024).contains(count) {
      throw ValidationError("--threads is \(count), and must be from 1 to 1024")
    }
  }
}
