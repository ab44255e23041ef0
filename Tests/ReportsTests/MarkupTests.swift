import Testing

@testable import Reports

@Suite struct `Markup as a value` {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("\" onload='x' & more", "&quot; onload=&#39;x&#39; &amp; more"),
    ("&lt;", "&amp;lt;"), ("\u{0}\u{1b}[31m", "\u{fffd}\u{fffd}[31m"), ("naïve 犬 🐕", "naïve 犬 🐕"),
  ])
  func `text and attributes' values can't become markup`(_ text: String, _ written: String) {
    #expect(Markup.text(text).written == written)
    #expect(
      Markup.element("rect", [.init("class", text)], []).written == "<rect class=\"\(written)\"/>")
    #expect(Markup.tag("p", text, .text(text)).written == "<p class=\"\(written)\">\(written)</p>")
  }

  @Test func `an element without content is closed as HTML wants it`() {
    #expect(Markup.tag("td").written == "<td></td>", "a td that closes itself would stay open in HTML")
    #expect(Markup.tag("br").written == "<br/>")
  }

  @Test func `a name shows its control characters and keeps its direction to itself`() {
    #expect(Markup.name("a\nb\u{202e}c").written == "<bdi>a\\u{a}b\u{202e}c</bdi>")
  }

  @Test(
    arguments: [
      (10.0, 5, [0, 2, 4, 6, 8, 10]), (413, 3, [0, 200, 400]), (0.7, 3, [0, 0.5]), (0, 4, [0]),
      (.infinity, 4, [0]), (1e9, 2, [0, 5e8, 1e9]),
    ] as [(Double, Int, [Double])])
  func `ticks are round numbers`(_ greatest: Double, _ count: Int, _ ticks: [Double]) {
    #expect(AxisTicks.numbers(upTo: greatest, about: count) == ticks)
  }

  @Test(
    arguments: [
      (100.0, 4, [0, 30, 60, 90]), (7_200, 4, [0, 1_800, 3_600, 5_400, 7_200]),
      (1e6, 4, [0, 259_200, 518_400, 777_600]),
    ] as [(Double, Int, [Double])])
  func `ticks of time are those of a clock`(_ greatest: Double, _ count: Int, _ ticks: [Double]) {
    #expect(AxisTicks.times(upTo: greatest, about: count) == ticks)
  }
}
