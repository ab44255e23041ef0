import ArgumentParser
import GRDB
import Logging
import Pipeline
import Stages

/// One run of a pipeline, with its progress on standard error and its outcome on standard output.
struct PipelineRun {
  let file: PipelineFile
  let threads: Int?
  let isJSON: Bool

  /// - Parameter prepare: what is done to the store first, when nobody else runs on it.
  /// - Throws: `ExitCode` with the run's status, and what kept it from beginning.
  func run(prepare: @Sendable (any DatabaseWriter) async throws -> Void = { _ in }) async throws {
    let lock = try StoreLock.acquire(for: file.storePath)
    defer { lock.release() }
    let display = ProgressDisplay()
    let control = RunControl()
    let interrupts = Interrupts(control: control) { display.print("synoptic: \($0)") }
    defer { interrupts.stopListening() }
    let database = try StoreFile.open(file.storePath, mode: .create)
    try await prepare(database)
    let runner = Runner(
      database: database, threads: threads, control: control,
      logger: Logger(label: "synoptic") { _ in DisplayLogHandler(display: display) },
      progress: display.receive)
    let report: RunReport
    do {
      report = try await runner.run(file)
    } catch {
      display.finish()
      throw error
    }
    display.finish()
    try? StoreFile.close(database)
    conclude(report)
    // Whether anyone reads the table doesn't change how the run went.
    try? StandardOutput.write(
      isJSON ? PipelineListing.json(report).line + "\n" : PipelineListing.table(report))
    throw ExitCode(report.exit.rawValue)
  }

  private func conclude(_ report: RunReport) {
    if report.isInterrupted {
      StandardError.say("stopped; `synoptic run \(file.path)` goes on from here")
      return
    }
    for (name, stage) in report.stages where stage.state == .failed {
      for reason in stage.reasons { StandardError.say("stage \(name): \(reason)") }
    }
    let failed = report.stages.reduce(0) { $0 + $1.report.items.failed }
    if failed > 0 {
      StandardError.say(
        "\(Quantities.count(failed, "item")) failed: `synoptic status \(file.storePath) --failed` says why, "
          + "`synoptic retry \(file.path)` tries them again")
    }
  }
}
