import Pipeline
import Synchronization

/// Shows a run on standard error: one line that is rewritten on a terminal, a plain line every ten seconds
/// elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var progress: StageProgress?
    var lastShown: ContinuousClock.Instant?
    var liveLength = 0
  }

  private let state = Mutex(State())
  private let isLive: Bool
  private let write: @Sendable (String) -> Void

  init(
    isLive: Bool = StandardError.isTerminal, write: @escaping @Sendable (String) -> Void = StandardError.write
  ) {
    self.isLive = isLive
    self.write = write
  }

  func receive(_ event: ProgressEvent) {
    let now = ContinuousClock.now
    state.withLock { state in
      switch event {
      case .stageStarted(let stage, let uses, let reasons, let pending):
        state.progress = StageProgress(stage: stage, started: now, total: pending)
        let why = reasons.isEmpty ? "" : ": " + Self.joined(reasons)
        print(TextTable.printable("\(stage) (\(uses))\(why)"), &state)
        state.lastShown = isLive ? nil : now
      case .advanced(let stage, let done, let failed, let total):
        var progress = state.progress ?? StageProgress(stage: stage, started: now, total: total)
        progress.advance(done: done, failed: failed, total: total, at: now)
        state.progress = progress
        show(progress, &state, now)
      case .stageFinished(let stage, let report):
        state.progress = nil
        if report.state == .current { return }
        print(TextTable.printable("\(stage): \(StageProgress.outcome(of: report))"), &state)
      }
    }
  }

  /// A line that stays, above the one that is rewritten.
  func print(_ line: String) { state.withLock { print(line, &$0) } }

  /// Leaves the cursor at the start of a line.
  func finish() { state.withLock { erase(&$0) } }

  private func show(_ progress: StageProgress, _ state: inout State, _ now: ContinuousClock.Instant) {
    let interval: Duration = isLive ? .milliseconds(100) : .seconds(10)
    if !isLive, state.lastShown == nil { state.lastShown = now }
    if let last = state.lastShown, now - last < interval { return }
    state.lastShown = now
    let line = TextTable.printable(progress.line(at: now))
    guard isLive else { return write(line + "\n") }
    let visible = String(line.prefix(max(10, StandardError.width - 1)))
    // Blanks, not escape sequences, wipe what was longer: any terminal can show that.
    let rest = String(repeating: " ", count: max(0, state.liveLength - visible.count))
    write("\r" + visible + rest)
    state.liveLength = visible.count
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
