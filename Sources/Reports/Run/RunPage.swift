import Foundation
import Pipeline

/// One run as a page: its graph, a timeline, throughput over time, what steps took, and what failed.
///
///     let html = RunPage(run, store: "quickstart.sqlite").page.html
public struct RunPage: Sendable {
  let run: RunRecord
  let store: String

  /// - Parameter store: what the page calls the store.
  public init(_ run: RunRecord, store: String) {
    self.run = run
    self.store = store
  }

  public var page: Page {
    var body = [header]
    body.append(section("Stages", [StageGraph(run.stages).picture]))
    if let timeline = Timeline(run).picture { body.append(section("Timeline", [timeline])) }
    let curves = run.stages.compactMap { stage in
      ThroughputCurve(stage).map { curve in
        Markup.group([
          .tag(
            "h3", nil, .name(stage.name),
            .tag("span", "muted", .text("  \u{b7}  mean \(Quantities.rate(stage.rate ?? 0))"))),
          curve.picture,
        ])
      }
    }
    if !curves.isEmpty { body.append(section("Throughput", curves)) }
    if let steps = StepsTable(run).markup { body.append(section("What the steps took", [steps])) }
    if let failures = FailuresTable(run).markup { body.append(section("What failed", [failures])) }
    body.append(section("How it was run", [RunFacts(run).markup]))
    return Page(title: "Run \(run.summary.id) of \(store)", body: body)
  }

  private func section(_ title: String, _ content: [Markup]) -> Markup {
    .tag("section", children: [.tag("h2", nil, .text(title))] + content)
  }

  private var header: Markup {
    let summary = run.summary
    return .tag(
      "header", nil,
      .tag(
        "h1", nil, "Run \(String(summary.id)) of ", .name(store),
        .tag("span", "badge " + Self.tone(of: summary.outcome), .text(Self.word(for: summary.outcome)))),
      .tag("p", "muted", .text(Self.sentence(summary))),
      .tag("p", nil, .tag("code", nil, .name(RunWording.commandLine(summary.command)))), figures)
  }

  private static func sentence(_ run: RunSummary) -> String {
    let outcome = RunWording.outcome(run)
    let sentence = outcome.prefix(1).uppercased() + outcome.dropFirst()
    return "\(sentence). Started \(run.started.ISO8601Format())."
  }

  private var figures: Markup {
    let summary = run.summary
    var figures = [
      (Quantities.duration(seconds: summary.seconds), "from start to end"),
      (Quantities.count(summary.worked.done), "worked, over all stages"),
      (Quantities.count(summary.worked.failed), "failed"),
    ]
    let longest = run.stages.filter { $0.rate != nil }.max { $0.workingSeconds < $1.workingSeconds }
    if let longest, let rate = longest.rate {
      figures.append((Quantities.rate(rate), "items, in " + Drawing.fitted(longest.name, characters: 30)))
    }
    return .tag(
      "div", "figures",
      children: figures.map { value, label in
        .tag("div", nil, .tag("b", nil, .text(value)), .tag("span", nil, .text(label)))
      })
  }

  // MARK: Words and colors

  private static func word(for outcome: RunSummary.Outcome) -> String {
    switch outcome {
    case .running: "running"
    case .done: "done"
    case .someFailed: "some failed"
    case .unfinished: "unfinished"
    case .interrupted: "interrupted"
    case .killed: "killed"
    }
  }

  private static func tone(of outcome: RunSummary.Outcome) -> String {
    switch outcome {
    case .running: "busy"
    case .done: "good"
    case .someFailed, .interrupted: "warn"
    case .unfinished, .killed: "bad"
    }
  }

  static func tone(of stage: StageRunRecord) -> String {
    switch stage.state {
    case .done: stage.worked.failed > 0 ? "warn" : "good"
    case .running: "busy"
    case .failed, .killed: "bad"
    case .stopped: "warn"
    case .current, .waiting, .skipped: "idle"
    }
  }
}
