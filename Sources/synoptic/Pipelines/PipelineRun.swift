import ArgumentParser
import GRDB
import Logging
import Network
import Pipeline
import Stages

/// One run of a pipeline, with its progress on standard error and its outcome on standard output.
struct PipelineRun {
  let file: PipelineFile
  let threads: Int?
  let isJSON: Bool
  let wait: WaitFlag
  /// Whether images are read whose size and time say that they are as they were.
  var verifies = false

  /// - Parameter prepare: what is done to the store first, when nobody else runs on it.
  /// - Throws: `ExitCode` with the run's status, and what kept it from beginning.
  func run(prepare: @Sendable (any DatabaseWriter) async throws -> Void = { _ in }) async throws {
    let lock = try await wait.acquire(file.storePath)
    defer { lock.release() }
    let display = ProgressDisplay()
    display.startTicking()
    defer { display.finish() }
    let control = RunControl()
    let interrupts = Interrupts(control: control) { display.remark($0) }
    defer { interrupts.stopListening() }
    let report = try await withStore { database in
      try await prepare(database)
      return try await whileStoreIsThere(control) { try await run(on: database, control, display) }
    }
    conclude(report)
    // Whether anyone reads the table doesn't change how the run went.
    try? StandardOutput.write(
      isJSON ? PipelineListing.json(report).line + "\n" : PipelineListing.table(report))
    throw ExitCode(report.exit.rawValue)
  }

  /// Opens the store for the length of `body`, and closes it however that ends.
  private func withStore(_ body: (any DatabaseWriter) async throws -> RunReport) async throws -> RunReport {
    let database = try StoreFile.open(file.storePath, mode: .create) { backup in
      StandardError.say(
        "\(file.storePath) was of an older version and is kept as \(backup); delete it when all is well")
    }
    defer {
      do {
        try StoreFile.close(database)
      } catch {
        // Nothing is lost, but whoever copies the file alone would copy less than it holds.
        let reason = CommandEnding.sentences(of: error).joined(separator: "; ")
        StandardError.say(
          "\(file.storePath) could not be closed (\(reason)): \(file.storePath)-wal still belongs to it, "
            + "copy them together")
      }
    }
    return try await body(database)
  }

  /// Stops the run when the store's file is deleted or moved away: what is written after that is lost with it.
  ///
  /// - Throws: `StoreFileError.vanished`.
  private func whileStoreIsThere(
    _ control: RunControl, _ body: () async throws -> RunReport
  ) async throws -> RunReport {
    guard let presence = StorePresence(file.storePath) else {
      throw StoreFileError.vanished(path: file.storePath)
    }
    let watch = Task {
      while presence.isThere { try await Task.sleep(for: .milliseconds(500)) }
      control.requestStop()
    }
    defer { watch.cancel() }
    let report = try await body()
    guard presence.isThere else { throw StoreFileError.vanished(path: file.storePath) }
    return report
  }

  private func run(
    on database: any DatabaseWriter, _ control: RunControl, _ display: ProgressDisplay
  ) async throws -> RunReport {
    // Whatever is said next must not land on the progress line.
    defer { display.finish() }
    let runner = Runner(
      database: database, threads: threads, control: control,
      logger: LogFormat.current == .json
        ? LogFormat.logger : Logger(label: "synoptic") { _ in DisplayLogHandler(display: display) },
      invocation: RunInvocation(
        command: CommandLine.arguments,
        versions: ["synoptic": Synoptic.version, "kernels": InstructionSet.best.rawValue]),
      verifies: verifies, progress: { display.receive($0) })
    return try await runner.run(file)
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
