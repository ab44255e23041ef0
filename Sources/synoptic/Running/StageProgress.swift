import Pipeline

/// How far one stage is, and how fast.
struct StageProgress {
  let stage: String
  private let started: ContinuousClock.Instant
  private var total: Int?
  private var done = 0
  private var failed = 0
  /// Where counting of the rate began: preparing a network is not part of an image's time.
  private var first: (time: ContinuousClock.Instant, worked: Int)?

  init(stage: String, started: ContinuousClock.Instant, total: Int?) {
    self.stage = stage
    self.started = started
    self.total = total
  }

  mutating func advance(done: Int, failed: Int, total: Int?, at time: ContinuousClock.Instant) {
    self.done = done
    self.failed = failed
    self.total = total ?? self.total
    if first == nil { first = (time, done + failed) }
  }

  func line(at time: ContinuousClock.Instant) -> String {
    var parts = [Quantities.count(done) + (total.map { " of " + Quantities.count($0) } ?? "") + " done"]
    if failed > 0 { parts.append("\(Quantities.count(failed)) failed") }
    if let rate = rate(at: time), rate > 0 {
      parts.append("\(Quantities.fixed(rate, rate < 10 ? 1 : 0))/s")
      if let total, total > done + failed {
        parts.append("\(Quantities.duration(seconds: Double(total - done - failed) / rate)) left")
      }
    }
    return "\(stage): " + parts.joined(separator: ", ")
  }

  /// Items a second; nil until enough has happened to tell.
  private func rate(at time: ContinuousClock.Instant) -> Double? {
    let start = first.flatMap { $0.worked < done + failed ? $0 : nil } ?? (time: started, worked: 0)
    let seconds = (time - start.time) / .seconds(1)
    return seconds > 0.05 ? Double(done + failed - start.worked) / seconds : nil
  }

  static func outcome(of report: StageReport) -> String {
    var text = "\(report.state == .failed ? "not finished, " : "")\(Quantities.count(report.items.done)) done"
    if report.items.failed > 0 { text += ", \(Quantities.count(report.items.failed)) failed" }
    return text + ", " + Quantities.duration(seconds: report.seconds)
  }
}
