import Pipeline

/// When which stage was at work, from the run's start to its end. The paler part of a bar is what it did once before its
/// items: reading a network, listing what is to do.
struct Timeline {
  private static let width = 1_034.0
  private static let labelWidth = 170.0
  private static let noteWidth = 90.0
  private static let rowHeight = 30.0

  private struct Bar {
    var name: String
    var start: Double
    var seconds: Double
    var preparing: Double
    var tone: String
  }

  private let bars: [Bar]
  private let seconds: Double

  init(_ run: RunRecord) {
    let planning = Bar(name: "planning", start: 0, seconds: run.planning, preparing: 0, tone: "idle")
    bars =
      [planning]
      + run.stages.compactMap { stage in
        stage.began.map { began in
          Bar(
            name: stage.name, start: began, seconds: stage.seconds,
            preparing: stage.workingSeconds > 0 ? max(0, stage.seconds - stage.workingSeconds) : 0,
            tone: RunPage.tone(of: stage))
        }
      }
    seconds = max(run.summary.seconds, bars.map { $0.start + $0.seconds }.max() ?? 0, 1e-3)
  }

  /// Nil where no stage had a turn.
  var picture: Markup? {
    guard bars.count > 1 else { return nil }
    let scale = (Self.width - Self.labelWidth - Self.noteWidth) / seconds
    let height = Double(bars.count) * Self.rowHeight + 26
    var shapes: [Markup] = []
    for tick in AxisTicks.times(upTo: seconds, about: 7) {
      let x = Self.labelWidth + tick * scale
      shapes.append(Drawing.line(x, 4, x, height - 22, "grid"))
      shapes.append(
        Drawing.text(Quantities.duration(seconds: tick), x: x, y: height - 6, "muted", anchor: .middle))
    }
    for (row, bar) in bars.enumerated() {
      let y = Double(row) * Self.rowHeight + 6
      let start = Self.labelWidth + bar.start * scale
      let width = max(2.5, bar.seconds * scale)
      let pale = min(width, bar.preparing * scale)
      let time = Quantities.duration(seconds: bar.seconds)
      let tip = "\(Markup.visible(bar.name)): \(time), from \(Quantities.duration(seconds: bar.start)) on"
      shapes.append(
        Drawing.text(
          Drawing.fitted(bar.name, characters: 22), x: Self.labelWidth - 12, y: y + 15, anchor: .end))
      shapes.append(
        Drawing.rectangle(
          x: start, y: y + 2, width: pale, height: 17, radius: 3, "light fill-" + bar.tone, tip: tip))
      shapes.append(
        Drawing.rectangle(
          x: start + pale, y: y + 2, width: width - pale, height: 17, radius: 3, "fill-" + bar.tone, tip: tip)
      )
      shapes.append(Drawing.text(time, x: start + width + 7, y: y + 15, "muted"))
    }
    return Drawing.svg(
      width: Self.width, height: height,
      label: "Timeline of the stages over \(Quantities.duration(seconds: seconds))",
      shapes)
  }
}
