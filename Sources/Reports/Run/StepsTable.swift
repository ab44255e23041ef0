import Pipeline

/// What each step of a stage took, over all threads: as a bar of shares and in numbers.
struct StepsTable {
  private static let colors = 7
  private let stages: [StageRunRecord]

  init(_ run: RunRecord) { stages = run.stages.filter { !$0.steps.isEmpty } }

  var markup: Markup? {
    guard !stages.isEmpty else { return nil }
    let remark = Markup.tag(
      "p", "muted small", "Times are summed over threads, so a stage's steps can take longer than the stage.")
    return .group(stages.map(table) + [remark])
  }

  private func table(_ stage: StageRunRecord) -> Markup {
    let total = max(1e-12, stage.steps.reduce(0) { $0 + $1.seconds })
    var x = 0.0
    let bars = stage.steps.enumerated().map { position, step in
      let width = step.seconds / total * 1_034
      defer { x += width }
      return Drawing.rectangle(
        x: x, y: 0, width: max(0, width - 1), height: 16, radius: 2, color(position),
        tip: "\(Markup.visible(step.name)): \(Quantities.percent(step.seconds / total))")
    }
    let header = Markup.tag(
      "tr", nil, .tag("th", nil, "step"), .tag("th", "number", "time"), .tag("th", "number", "share"),
      .tag("th", "number", "times"), .tag("th", "number", "each"))
    let rows = stage.steps.enumerated().map { position, step in
      Markup.tag(
        "tr", nil, .tag("td", nil, .tag("span", "swatch " + color(position), ""), .name(step.name)),
        .tag("td", "number", .text(Quantities.duration(seconds: step.seconds))),
        .tag("td", "number", .text(Quantities.percent(step.seconds / total))),
        .tag("td", "number", .text(Quantities.count(step.count))),
        .tag(
          "td", "number",
          .text(Quantities.fixed(1_000 * step.seconds / Double(max(1, step.count)), 3) + " ms")))
    }
    return .group([
      .tag("h3", nil, .name(stage.name)),
      Drawing.svg(width: 1_034, height: 18, label: "Shares of the steps of \(stage.name)", bars),
      .tag("table", "shares", children: [.tag("thead", nil, header), .tag("tbody", children: rows)]),
    ])
  }

  private func color(_ position: Int) -> String { "s\(min(position, Self.colors - 1))" }
}
