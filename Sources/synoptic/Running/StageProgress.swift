import Pipeline

/// How far one stage is in this run, how fast it is now, and how long it will take.
///
/// The rate is that of the last half minute: a corpus whose small images come first, or a machine that others use too,
/// makes the mean since the start wrong for hours. What an earlier run did is not counted.
struct StageProgress {
  static let window: Duration = .seconds(30)
  /// Samples nearer than this tell nothing more.
  private static let spacing: Duration = .milliseconds(250)

  private struct Sample {
    var time: ContinuousClock.Instant
    var worked: Int
  }

  let stage: String
  private(set) var total: Int?
  private(set) var done = 0
  private(set) var failed = 0
  private let started: ContinuousClock.Instant
  /// Oldest first; the first is at most the last from before the window.
  private var samples: [Sample]
  private var lastChange: ContinuousClock.Instant

  init(stage: String, started: ContinuousClock.Instant, total: Int?) {
    self.stage = stage
    self.started = started
    self.total = total
    samples = [Sample(time: started, worked: 0)]
    lastChange = started
  }

  var worked: Int { done + failed }

  mutating func advance(done: Int, failed: Int, total: Int?, at time: ContinuousClock.Instant) {
    if done + failed != worked { lastChange = time }
    self.done = done
    self.failed = failed
    self.total = total ?? self.total
    // Preparing a network is not part of an image's time.
    if worked == 0 {
      samples = [Sample(time: time, worked: 0)]
      return
    }
    if let last = samples.last, time - last.time < Self.spacing { return }
    samples.append(Sample(time: time, worked: worked))
    while samples.count > 2, time - samples[1].time >= Self.window { samples.removeFirst() }
  }

  /// Items a second over the last half minute; nil until enough has happened to tell.
  func rate(at time: ContinuousClock.Instant) -> Double? {
    // Time goes on where nothing comes any more: the rate falls.
    guard let first = samples.last(where: { time - $0.time >= Self.window }) ?? samples.first else {
      return nil
    }
    let seconds = (time - first.time) / .seconds(1)
    return seconds > 0.05 && worked > first.worked ? Double(worked - first.worked) / seconds : nil
  }

  /// Seconds until all of this run's items are worked, at the rate of now.
  func secondsLeft(at time: ContinuousClock.Instant) -> Double? {
    guard let total, total > worked, let rate = rate(at: time) else { return nil }
    return Double(total - worked) / rate
  }

  func line(at time: ContinuousClock.Instant) -> String {
    guard worked > 0 || total != nil else {
      return "\(stage): \(Quantities.duration(seconds: (time - started) / .seconds(1)))"
    }
    var parts = [Quantities.count(done) + (total.map { " of " + Quantities.count($0) } ?? "") + " done"]
    if failed > 0 { parts.append("\(Quantities.count(failed)) failed") }
    if let rate = rate(at: time) {
      parts.append(Quantities.rate(rate))
    } else if time - lastChange >= Self.window {
      parts.append("nothing for \(Quantities.duration(seconds: (time - lastChange) / .seconds(1)))")
    }
    if let seconds = secondsLeft(at: time) { parts.append("\(Quantities.duration(seconds: seconds)) left") }
    return "\(stage): " + parts.joined(separator: ", ")
  }

  static func outcome(of report: StageReport) -> String {
    var text = "\(report.state == .failed ? "not finished, " : "")\(Quantities.count(report.items.done)) done"
    if report.items.failed > 0 { text += ", \(Quantities.count(report.items.failed)) failed" }
    return text + ", " + Quantities.duration(seconds: report.seconds)
  }
}
