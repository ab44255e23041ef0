import Foundation
import Pipeline
import Synchronization
import Testing

@testable import synoptic

@Suite("Printing")
struct PrintingTests {
  @Test("JSON keeps the order of its members and is read back by Foundation as it was")
  func jsonIsReadBack() throws {
    let text = "quote \" backslash \\ line\nfeed \u{1} é 🐕"
    let json: JSON = [
      "z": .string(text), "a": .array([1, .number(0.25), .null, .boolean(true), .number(.nan)]),
    ]
    #expect(json.line.hasPrefix("{\"z\""))
    let read = try #require(try JSONSerialization.jsonObject(with: Data(json.line.utf8)) as? [String: Any])
    #expect(read["z"] as? String == text)
    let list = try #require(read["a"] as? [Any])
    #expect(list.count == 5)
    #expect(list[4] is NSNull, "JSON has no NaN")
    #expect(!json.line.contains("\n"))
  }

  @Test("a table's columns line up, and a control character can't break a line")
  func tablesLineUp() {
    var table = TextTable([("NAME", .left), ("COUNT", .right)])
    table.append(["a", "1,000"])
    table.append(["a name\nwith a line feed", "2"])
    let lines = table.text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(Set(lines.map(\.count)).count == 1)
  }

  @Test(
    "durations read as people say them",
    arguments: [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (245, "4 min 05 s"), (7800, "2 h 10 min")])
  func durations(_ seconds: Double, _ text: String) {
    #expect(Quantities.duration(seconds: seconds) == text)
  }

  @Test(
    "counts have thousands parted",
    arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
  func counts(_ value: Int, _ text: String) { #expect(Quantities.count(value) == text) }

  @Test(
    "progress rewrites one line on a terminal and never prints an escape sequence", arguments: [true, false])
  func progress(_ isLive: Bool) {
    let written = Mutex("")
    let display = ProgressDisplay(isLive: isLive) { text in written.withLock { $0 += text } }
    display.receive(
      .stageStarted(stage: "embedding", uses: "features", reasons: ["not run yet"], pending: 500))
    display.receive(.advanced(stage: "embedding", done: 64, failed: 2, total: 500))
    let report = StageReport(
      uses: "features", state: .done, items: ItemCounts(done: 498, failed: 2), seconds: 3, reasons: [])
    display.receive(.stageFinished(stage: "embedding", report))
    let text = written.withLock { $0 }
    #expect(text.contains("embedding (features): not run yet\n"))
    #expect(text.contains("embedding: 498 done, 2 failed, 3.0 s\n"))
    #expect(text.contains("\r") == isLive)
    #expect(text.contains("64 of 500 done, 2 failed") == isLive, "plain lines come every ten seconds")
    #expect(!text.contains("\u{1B}"))
  }
}
