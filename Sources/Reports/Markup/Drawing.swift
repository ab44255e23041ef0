/// Shapes of an SVG drawing, in user units of a pixel. Colors are the page's, by class.
enum Drawing {
  /// - Parameter label: what is said to whom can't see it.
  static func svg(width: Double, height: Double, label: String, _ shapes: [Markup]) -> Markup {
    .element(
      "svg",
      [
        .init("xmlns", "http://www.w3.org/2000/svg"),
        .init("viewBox", "0 0 \(number(width)) \(number(height))"),
        .init("width", number(width)), .init("height", number(height)), .init("role", "img"),
        .init("aria-label", label),
      ], shapes)
  }

  /// - Parameter tip: shown where the pointer rests.
  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, radius: Double = 0, _ style: String,
    tip: String? = nil
  ) -> Markup {
    .element(
      "rect",
      [
        .init("x", number(x)), .init("y", number(y)), .init("width", number(max(0, width))),
        .init("height", number(max(0, height))), .init("rx", number(radius)), .init("class", style),
      ], tip.map { [.tag("title", nil, .text($0))] } ?? [])
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> Markup {
    .element(
      "line",
      [
        .init("x1", number(x1)), .init("y1", number(y1)), .init("x2", number(x2)), .init("y2", number(y2)),
        .init("class", style),
      ], [])
  }

  static func path(_ steps: String, _ style: String) -> Markup {
    .element("path", [.init("d", steps), .init("class", style)], [])
  }

  enum Anchor: String { case start, middle, end }

  static func text(
    _ content: String, x: Double, y: Double, _ style: String = "", anchor: Anchor = .start
  ) -> Markup {
    .element(
      "text",
      [
        .init("x", number(x)), .init("y", number(y)), .init("class", style),
        .init("text-anchor", anchor.rawValue),
      ], [.text(content)])
  }

  /// At most two decimals: more only make the page larger.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = (value * 100).rounded() / 100
    return hundredths == hundredths.rounded() ? String(Int(hundredths)) : "\(hundredths)"
  }

  /// A text that fits, its end left out where need be.
  static func fitted(_ text: String, characters: Int) -> String {
    let shown = Markup.visible(text)
    return shown.count <= characters ? shown : shown.prefix(max(1, characters - 1)) + "…"
  }
}

/// Round numbers along an axis that starts at zero.
enum AxisTicks {
  /// - Returns: `about` ticks or so, the first 0, none beyond `greatest`.
  static func numbers(upTo greatest: Double, about count: Int) -> [Double] {
    guard greatest > 0, greatest.isFinite, count > 0 else { return [0] }
    let rough = greatest / Double(count)
    let power = power10(rough)
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
    return ticks(step, greatest)
  }

  /// The same in seconds, with steps that people tell time by.
  static func times(upTo greatest: Double, about count: Int) -> [Double] {
    guard greatest > 60 else { return numbers(upTo: greatest, about: count) }
    let rough = greatest / Double(max(1, count))
    let steps: [Double] = [
      10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
    ]
    guard let step = steps.first(where: { $0 >= rough }) else {
      return ticks(86_400 * (rough / 86_400).rounded(.up), greatest)
    }
    return ticks(step, greatest)
  }

  private static func ticks(_ step: Double, _ greatest: Double) -> [Double] {
    (0...max(0, Int(greatest / step + 1e-9))).map { Double($0) * step }
  }

  private static func power10(_ value: Double) -> Double {
    var power = 1.0
    while power > value { power /= 10 }
    while power * 10 <= value { power *= 10 }
    return power
  }
}
