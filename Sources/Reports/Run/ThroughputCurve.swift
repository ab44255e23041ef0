import Pipeline

/// Items a second of one stage over its time, its mean, and where items failed.
struct ThroughputCurve {
  private static let size = (width: 1_034.0, height: 168.0)
  private static let margin = (left: 66.0, right: 14.0, top: 10.0, bottom: 32.0)
  /// More pieces would draw the rhythm of commits, not of the work.
  private static let mostPieces = 90

  private struct Piece {
    var start: Double
    var end: Double
    var items: Int
    var failed: Int

    var rate: Double { end > start ? Double(items) / (end - start) : 0 }
  }

  private let name: String
  private let pieces: [Piece]
  private let mean: Double

  /// Nil where there are too few samples to tell.
  init?(_ stage: StageRunRecord) {
    let samples = stage.samples
    guard samples.count >= 4, let last = samples.last, let rate = stage.rate else { return nil }
    // Before the first items there was no work on any.
    var earlier = ThroughputSample(seconds: max(0, stage.seconds - stage.workingSeconds), done: 0, failed: 0)
    if earlier.seconds >= samples[0].seconds { earlier = samples[0] }
    let shortest = (last.seconds - earlier.seconds) / Double(Self.mostPieces)
    var pieces: [Piece] = []
    for sample in samples where sample.seconds - earlier.seconds >= shortest || sample == last {
      guard sample.seconds > earlier.seconds else { continue }
      pieces.append(
        Piece(
          start: earlier.seconds, end: sample.seconds,
          items: sample.done + sample.failed - earlier.done - earlier.failed,
          failed: sample.failed - earlier.failed))
      earlier = sample
    }
    // A last sliver tells nothing but the clock's grain.
    if pieces.count > 2, let sliver = pieces.last, sliver.end - sliver.start < shortest {
      pieces.removeLast()
      pieces[pieces.count - 1].end = sliver.end
      pieces[pieces.count - 1].items += sliver.items
      pieces[pieces.count - 1].failed += sliver.failed
    }
    guard pieces.count >= 3 else { return nil }
    name = stage.name
    mean = rate
    self.pieces = pieces
  }

  var picture: Markup {
    let (size, margin) = (Self.size, Self.margin)
    let start = pieces.first?.start ?? 0
    let end = pieces.last?.end ?? 1
    let greatest = max(pieces.map(\.rate).max() ?? 0, mean) * 1.05
    let floor = size.height - margin.bottom
    func x(_ seconds: Double) -> Double {
      margin.left + (seconds - start) / max(1e-9, end - start) * (size.width - margin.left - margin.right)
    }
    func y(_ rate: Double) -> Double { floor - rate / max(1e-9, greatest) * (floor - margin.top) }
    var shapes: [Markup] = []
    for tick in AxisTicks.numbers(upTo: greatest, about: 3) {
      shapes.append(Drawing.line(margin.left, y(tick), size.width - margin.right, y(tick), "grid"))
      let label = tick == 0 ? "0" : Quantities.rate(tick)
      shapes.append(Drawing.text(label, x: margin.left - 8, y: y(tick) + 4, "muted", anchor: .end))
    }
    for tick in AxisTicks.times(upTo: end - start, about: 8) {
      shapes.append(
        Drawing.text(
          Quantities.duration(seconds: tick), x: x(start + tick), y: size.height - 4, "muted", anchor: .middle
        ))
    }
    var steps = ""
    for (position, piece) in pieces.enumerated() {
      let level = Drawing.number(y(piece.rate))
      steps +=
        "\(position == 0 ? "M" : "L")\(Drawing.number(x(piece.start))) \(level)H\(Drawing.number(x(piece.end)))"
    }
    let bottom = Drawing.number(floor)
    shapes.append(Drawing.path("\(steps)V\(bottom)H\(Drawing.number(x(start)))Z", "area"))
    shapes.append(Drawing.path(steps, "curve"))
    shapes.append(Drawing.line(margin.left, y(mean), size.width - margin.right, y(mean), "mean"))
    for piece in pieces where piece.failed > 0 {
      shapes.append(
        Drawing.rectangle(
          x: x(piece.start), y: floor + 3, width: max(2, x(piece.end) - x(piece.start) - 0.5), height: 5,
          radius: 1,
          "fill-bad", tip: "\(Quantities.count(piece.failed)) failed"))
    }
    return Drawing.svg(
      width: size.width, height: size.height,
      label: "Throughput of \(name) over time: \(Quantities.rate(mean)) on average", shapes)
  }
}
