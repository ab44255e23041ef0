import Logging
import Pipeline
import Synchronization

/// Shows a run on standard error: one line a stage that is rewritten on a terminal, a plain line every ten seconds
/// elsewhere, or log records.
final class ProgressDisplay: Sendable {
  enum Style: Sendable {
    /// A line that is rewritten.
    case live
    case plain
    case records(Logger)

    /// What standard error and `--log-format` ask for.
    static var standard: Style {
      if LogFormat.current == .json { return .records(LogFormat.logger) }
      return StandardError.isTerminal ? .live : .plain
    }

    /// Between two lines of progress.
    var interval: Duration { if case .live = self { .milliseconds(100) } else { .seconds(10) } }
  }

  private struct State {
    var progress: StageProgress?
    var lastShown: ContinuousClock.Instant?
    var liveLength = 0
    var ticker: Ticker?
  }

  private let state = Mutex(State())
  private let style: Style
  private let write: @Sendable (String) -> Void

  init(style: Style = .standard, write: @escaping @Sendable (String) -> Void = StandardError.write) {
    self.style = style
    self.write = write
  }

  /// Lets time pass on the screen where nothing is reported: while a network is read, or an item hangs.
  func startTicking() {
    let ticker = Ticker { [weak self] in self?.tick() }
    state.withLock { $0.ticker = ticker }
  }

  func tick(at now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      if let progress = state.progress { show(progress, &state, now) }
    }
  }

  func receive(_ event: ProgressEvent, at now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      switch event {
      case .stageStarted(let stage, let uses, let reasons, let pending):
        state.progress = StageProgress(stage: stage, started: now, total: pending)
        // The first line of progress comes after an interval, except where it is rewritten anyway.
        if case .live = style { state.lastShown = nil } else { state.lastShown = now }
        sayStarted(stage, uses, reasons, pending, &state)
      case .advanced(let stage, let done, let failed, let total):
        var progress = state.progress ?? StageProgress(stage: stage, started: now, total: total)
        progress.advance(done: done, failed: failed, total: total, at: now)
        state.progress = progress
        show(progress, &state, now)
      case .stageFinished(let stage, let report):
        state.progress = nil
        if report.state == .current { return }
        sayFinished(stage, report, &state)
      }
    }
  }

  /// A line that stays, above the one that is rewritten.
  func remark(_ sentence: String) {
    if case .records(let logger) = style { return logger.notice("\(sentence)") }
    state.withLock { print("synoptic: " + sentence, &$0) }
  }

  /// Leaves the cursor at the start of a line.
  func finish() {
    state.withLock { state in
      erase(&state)
      state.ticker = nil
    }
  }

  private func sayStarted(
    _ stage: String, _ uses: String, _ reasons: [String], _ pending: Int?, _ state: inout State
  ) {
    guard case .records(let logger) = style else {
      let why = reasons.isEmpty ? "" : ": " + Self.joined(reasons)
      return print(TextTable.printable("\(stage) (\(uses))\(why)"), &state)
    }
    var metadata: Logger.Metadata = [
      "stage": "\(stage)", "uses": "\(uses)", "reasons": .array(reasons.map { "\($0)" }),
    ]
    if let pending { metadata["pending"] = .stringConvertible(pending) }
    logger.info("stage started", metadata: metadata)
  }

  private func sayFinished(_ stage: String, _ report: StageReport, _ state: inout State) {
    guard case .records(let logger) = style else {
      return print(TextTable.printable("\(stage): \(StageProgress.outcome(of: report))"), &state)
    }
    logger.log(
      level: report.state == .failed ? .error : .info, "stage finished",
      metadata: [
        "stage": "\(stage)", "state": "\(report.state.rawValue)",
        "done": .stringConvertible(report.items.done),
        "failed": .stringConvertible(report.items.failed), "seconds": .stringConvertible(report.seconds),
        "reasons": .array(report.reasons.map { "\($0)" }),
      ])
  }

  private func show(_ progress: StageProgress, _ state: inout State, _ now: ContinuousClock.Instant) {
    if state.lastShown == nil, case .live = style {} else if state.lastShown == nil { state.lastShown = now }
    if let last = state.lastShown, now - last < style.interval { return }
    state.lastShown = now
    switch style {
    case .plain: write(TextTable.printable(progress.line(at: now)) + "\n")
    case .records(let logger): logger.info("progress", metadata: Self.metadata(progress, now))
    case .live: rewrite(TextTable.printable(progress.line(at: now)), &state)
    }
  }

  private func rewrite(_ line: String, _ state: inout State) {
    let visible = String(line.prefix(max(10, StandardError.width - 1)))
    // Blanks, not escape sequences, wipe what was longer: any terminal can show that.
    let rest = String(repeating: " ", count: max(0, state.liveLength - visible.count))
    write("\r" + visible + rest)
    state.liveLength = visible.count
  }

  private static func metadata(_ progress: StageProgress, _ now: ContinuousClock.Instant) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      "stage": "\(progress.stage)", "done": .stringConvertible(progress.done),
      "failed": .stringConvertible(progress.failed),
    ]
    if let total = progress.total { metadata["total"] = .stringConvertible(total) }
    if let rate = progress.rate(at: now) { metadata["items_per_second"] = .stringConvertible(rate) }
    if let left = progress.secondsLeft(at: now) { metadata["seconds_left"] = .stringConvertible(left) }
    return metadata
  }

  private func print(_ line: String, _ state: inout State) {
    erase(&state)
    write(line + "\n")
  }

  private func erase(_ state: inout State) {
    if state.liveLength > 0 { write("\r" + String(repeating: " ", count: state.liveLength) + "\r") }
    state.liveLength = 0
  }

  private static func joined(_ reasons: [String]) -> String {
    let shown = reasons.prefix(3).joined(separator: "; ")
    return reasons.count > 3 ? "\(shown); and \(reasons.count - 3) more" : shown
  }
}
