import Pipeline

/// Failures by class, the commonest first, each with a few examples.
struct FailuresTable {
  private let failures: [(stage: String, tally: FailureTally)]

  init(_ run: RunRecord) { failures = run.failures }

  /// Nil where nothing failed.
  var markup: Markup? {
    guard !failures.isEmpty else { return nil }
    let header = Markup.tag(
      "tr", nil, .tag("th", nil, "class"), .tag("th", nil, "stage"), .tag("th", "number", "failed"),
      .tag("th", nil, "for example"), .tag("th", nil, "why"))
    let rows = failures.flatMap { stage, tally in
      // The class stands beside its first example; the others follow below.
      tally.examples.enumerated().map { position, example in
        let isFirst = position == 0
        return Markup.tag(
          "tr", nil, .tag("td", "bad", isFirst ? .name(tally.errorClass) : ""),
          .tag("td", nil, isFirst ? .name(stage) : ""),
          .tag("td", "number", .text(isFirst ? Quantities.count(tally.count) : "")),
          .tag("td", "item", .tag("code", nil, .name(example.item))),
          .tag("td", "item small", .name(example.message)))
      }
    }
    return .tag("table", children: [.tag("thead", nil, header), .tag("tbody", children: rows)])
  }
}
