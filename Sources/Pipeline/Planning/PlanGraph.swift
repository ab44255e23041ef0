/// A plan as a picture: text that Mermaid or Graphviz draws.
public enum PlanGraph: String, Sendable, CaseIterable {
  /// Drawn by GitHub, GitLab and many editors: https://mermaid.js.org/syntax/flowchart.html
  case mermaid
  /// Drawn by Graphviz: https://graphviz.org/doc/info/lang.html
  case dot

  /// Stages with what they use, how they stand and how many items they have to do; an arrow from each to those
  /// that refer to it, dotted where a change of the one changes no result of the other.
  public func text(of plan: Plan) -> String {
    let number = Dictionary(uniqueKeysWithValues: plan.stages.enumerated().map { ($1.name, $0) })
    let edges = plan.stages.flatMap { stage in
      stage.references.compactMap { reference in
        number[reference.stage].map { from in
          Edge(
            from: from, to: number[stage.name] ?? 0, label: reference.parameter,
            orders: !reference.changesResult)
        }
      }
    }
    switch self {
    case .mermaid: return mermaid(plan.stages, edges)
    case .dot: return dot(plan.stages, edges)
    }
  }

  private struct Edge {
    var from: Int
    var to: Int
    var label: String
    /// Only orders.
    var orders: Bool
  }

  private static let colors: [(state: PlannedStage.State, color: String)] = [
    (.current, "#d9ead3"), (.stale, "#fce5cd"), (.new, "#cfe2f3"), (.incomplete, "#fff2cc"),
  ]

  private func lines(_ stage: PlannedStage) -> [String] {
    var state = stage.state.rawValue
    if let pending = stage.items.pending, pending > 0 { state += ", \(pending.counted("item")) to do" }
    return [stage.name, stage.uses, state]
  }

  private func mermaid(_ stages: [PlannedStage], _ edges: [Edge]) -> String {
    var text = "flowchart LR\n"
    for (index, stage) in stages.enumerated() {
      text += "  s\(index)[\"\(lines(stage).joined(separator: "<br/>"))\"]:::\(stage.state.rawValue)\n"
    }
    for edge in edges {
      text += "  s\(edge.from) \(edge.orders ? "-.->" : "-->")|\"\(edge.label)\"| s\(edge.to)\n"
    }
    for (state, color) in Self.colors {
      text += "  classDef \(state.rawValue) fill:\(color),stroke:#666,color:#000\n"
    }
    return text
  }

  private func dot(_ stages: [PlannedStage], _ edges: [Edge]) -> String {
    let colors = Dictionary(uniqueKeysWithValues: Self.colors.map { ($0.state, $0.color) })
    var text =
      "digraph pipeline {\n  rankdir=LR;\n  node [shape=box, style=filled, fontname=\"sans-serif\"];\n"
    for (index, stage) in stages.enumerated() {
      text += "  s\(index) [label=\"\(lines(stage).joined(separator: "\\n"))\", "
      text += "fillcolor=\"\(colors[stage.state] ?? "white")\"];\n"
    }
    for edge in edges {
      text +=
        "  s\(edge.from) -> s\(edge.to) [label=\"\(edge.label)\"\(edge.orders ? ", style=dotted" : "")];\n"
    }
    return text + "}\n"
  }
}
