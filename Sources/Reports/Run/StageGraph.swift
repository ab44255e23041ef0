import Pipeline

/// The stages as a graph, from left to right: each stands right of all it refers to.
///
/// Layers by the longest way from a source; an edge over several layers has a place of its own in those between, so
/// that it never runs through a stage (Sugiyama, Tagawa, Toda 1981); places within a layer by the mean of those left
/// of them.
struct StageGraph {
  private static let nodeSize = (width: 188.0, height: 74.0)
  private static let passageHeight = 26.0
  private static let gap = (columns: 46.0, rows: 20.0)

  /// A stage, or an edge on its way past a layer.
  private struct Place {
    var stage: Int?
    /// Places in the layer before.
    var sources: [Int]
    var middle = 0.0

    var height: Double { stage == nil ? StageGraph.passageHeight : StageGraph.nodeSize.height }
  }

  private let stages: [StageRunRecord]
  private var layers: [[Place]] = []
  private var height = 0.0

  init(_ stages: [StageRunRecord]) {
    self.stages = stages
    place()
    arrange()
  }

  // MARK: Layout

  private mutating func place() {
    let index = Dictionary(
      stages.indices.map { (stages[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    // Stages come in running order: what one needs stands before it.
    var layer = [Int](repeating: 0, count: stages.count)
    let needs = stages.indices.map { stage in
      stages[stage].needs.compactMap { index[$0] }.filter { $0 < stage }
    }
    for stage in stages.indices { layer[stage] = needs[stage].map { layer[$0] + 1 }.max() ?? 0 }
    layers = Array(repeating: [], count: (layer.max() ?? -1) + 1)
    /// Where a stage's edges can be taken up in a layer: its own place, or a passage made for it, shared by all.
    var reach: [Int: [Int: Int]] = [:]
    for stage in stages.indices {
      var sources: [Int] = []
      for need in needs[stage] {
        for between in (layer[need] + 1)..<max(layer[need] + 1, layer[stage])
        where reach[need]?[between] == nil {
          layers[between].append(Place(stage: nil, sources: [reach[need]?[between - 1] ?? 0]))
          reach[need, default: [:]][between] = layers[between].count - 1
        }
        sources.append(reach[need]?[layer[stage] - 1] ?? 0)
      }
      layers[layer[stage]].append(Place(stage: stage, sources: sources))
      reach[stage, default: [:]][layer[stage]] = layers[layer[stage]].count - 1
    }
  }

  private mutating func arrange() {
    func total(_ layer: [Place]) -> Double {
      layer.reduce(0) { $0 + $1.height } + Self.gap.rows * Double(max(0, layer.count - 1))
    }
    height = layers.map(total).max() ?? 0
    for column in layers.indices {
      let before = column > 0 ? layers[column - 1] : []
      // Indices stay, for they are what edges name; only the order down the column changes.
      let wish = layers[column].map { place in
        place.sources.isEmpty
          ? 0 : place.sources.reduce(0) { $0 + before[$1].middle } / Double(place.sources.count)
      }
      let order = layers[column].indices.sorted { left, right in
        let passes = (layers[column][left].stage == nil ? 1 : 0, layers[column][right].stage == nil ? 1 : 0)
        return (wish[left], passes.0, left) < (wish[right], passes.1, right)
      }
      var top = (height - total(layers[column])) / 2
      for place in order {
        layers[column][place].middle = top + layers[column][place].height / 2
        top += layers[column][place].height + Self.gap.rows
      }
    }
  }

  // MARK: Drawing

  private func left(of column: Int) -> Double {
    2 + Double(column) * (Self.nodeSize.width + Self.gap.columns)
  }

  var picture: Markup {
    var edges: [Markup] = []
    var nodes: [Markup] = []
    for (column, layer) in layers.enumerated() {
      for place in layer {
        for source in place.sources where column > 0 {
          edges.append(edge(from: layers[column - 1][source], to: place, column: column))
        }
        if let stage = place.stage {
          nodes += node(stages[stage], x: left(of: column), y: place.middle - place.height / 2 + 2)
        } else {
          let (start, y) = (left(of: column), place.middle + 2)
          edges.append(
            Drawing.path(
              "M\(Drawing.number(start)) \(Drawing.number(y))H\(Drawing.number(start + Self.nodeSize.width))",
              "edge"))
        }
      }
    }
    let width = left(of: layers.count) - Self.gap.columns + 2
    let names = stages.map { "\($0.name): \($0.state.rawValue)" }.joined(separator: ", ")
    return Drawing.svg(
      width: max(width, 10), height: height + 4, label: "Graph of the stages. \(names)", edges + nodes)
  }

  private func edge(from source: Place, to target: Place, column: Int) -> Markup {
    let start = (x: left(of: column - 1) + Self.nodeSize.width, y: source.middle + 2)
    let end = (x: left(of: column), y: target.middle + 2)
    let bend = (end.x - start.x) / 2
    func point(_ x: Double, _ y: Double) -> String { "\(Drawing.number(x)) \(Drawing.number(y))" }
    let arrives = target.stage != nil
    let curve = Drawing.path(
      "M\(point(start.x, start.y))C\(point(start.x + bend, start.y)) \(point(end.x - bend, end.y)) "
        + point(end.x - (arrives ? 6 : 0), end.y), "edge")
    guard arrives else { return curve }
    let tip = Drawing.path(
      "M\(point(end.x - 1, end.y))l-8 -4.5v9z", "tip")
    return .group([curve, tip])
  }

  private func node(_ stage: StageRunRecord, x: Double, y: Double) -> [Markup] {
    let (width, height) = Self.nodeSize
    let tone = RunPage.tone(of: stage)
    let tip = ["\(stage.name) (\(stage.uses)): \(stage.state.rawValue)"] + stage.reasons
    return [
      Drawing.rectangle(
        x: x, y: y, width: width, height: height, radius: 9, "node",
        tip: tip.map(Markup.visible).joined(separator: "\n")),
      Drawing.rectangle(x: x + 12, y: y + 14, width: 4, height: height - 28, radius: 2, "fill-" + tone),
      Drawing.text(Drawing.fitted(stage.name, characters: 20), x: x + 27, y: y + 24, "strong"),
      Drawing.text(
        Drawing.fitted("\(stage.uses) · \(stage.state.rawValue)", characters: 27), x: x + 27, y: y + 42,
        "muted"),
      Drawing.text(Drawing.fitted(counts(of: stage), characters: 27), x: x + 27, y: y + 60),
    ]
  }

  private func counts(of stage: StageRunRecord) -> String {
    if stage.began == nil {
      let standing = stage.standing ?? ItemCounts()
      return standing.done + standing.failed > 0 ? "\(Quantities.count(standing.done)) stand" : ""
    }
    let failed = stage.worked.failed > 0 ? ", \(Quantities.count(stage.worked.failed)) failed" : ""
    return "\(Quantities.count(stage.worked.done))\(failed), \(Quantities.duration(seconds: stage.seconds))"
  }
}
