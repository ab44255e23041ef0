import Foundation
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
}
