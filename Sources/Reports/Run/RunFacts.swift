import Pipeline

/// What one must know to judge a run or to repeat it.
struct RunFacts {
  private let run: RunRecord

  init(_ run: RunRecord) { self.run = run }

  var markup: Markup {
    let versions = run.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let facts: [(String, Markup)] = [
      ("pipeline", .tag("code", nil, .name(run.summary.pipeline))),
      ("machine", .name(RunWording.machine(of: run))),
      ("process", .text("\(run.summary.process)")),
      ("versions", .name(versions.joined(separator: ", "))),
    ]
    return .group([table(facts), .tag("h3", nil, "Parameters"), parameters, reasons])
  }

  private func table(_ facts: [(String, Markup)]) -> Markup {
    .tag(
      "table", "facts",
      children: facts.map { name, value in
        .tag("tr", nil, .tag("td", nil, .name(name)), .tag("td", nil, value))
      })
  }

  private var parameters: Markup {
    .tag(
      "table", "facts",
      children: run.stages.map { stage in
        let values = (run.parameters[stage.name] ?? [:]).sorted { $0.key < $1.key }
        let shown = values.enumerated().flatMap { position, value -> [Markup] in
          [position > 0 ? ", " : "", .tag("span", "muted", .name(value.key + ": ")), .name(value.value)]
        }
        return .tag(
          "tr", nil, .tag("td", nil, .name(stage.name)), .tag("td", nil, .tag("code", children: shown)))
      })
  }

  private var reasons: Markup {
    let told = run.stages.filter { !$0.reasons.isEmpty }
    guard !told.isEmpty else { return "" }
    return .group([
      .tag("h3", nil, "Why"), table(told.map { ($0.name, .name($0.reasons.joined(separator: "; "))) }),
    ])
  }
}
