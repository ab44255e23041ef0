import Foundation

/// Names written as one, as shells and WebDataset have it: `shard-{000..009}.tar`, `{train,val}-{0..7}.tar`.
enum BracePattern {
  /// More shards than any data set has.
  static let mostNames = 1_000_000

  static func isPattern(_ text: String) -> Bool { text.contains("{") && text.contains("}") }

  /// The names, in the order written.
  ///
  /// - Throws: `CorpusError.unreadable` for braces that are not closed, hold no range or list, or give too many names.
  static func expand(_ text: String) throws(CorpusError) -> [String] {
    guard let open = text.firstIndex(of: "{") else { return [text] }
    guard let close = text[open...].firstIndex(of: "}") else {
      throw .unreadable(path: text, reason: "a brace that is not closed")
    }
    let choices = try choices(String(text[text.index(after: open)..<close]), of: text)
    let rests = try expand(String(text[text.index(after: close)...]))
    guard choices.count * rests.count <= mostNames else {
      throw .unreadable(path: text, reason: "more than \(mostNames) names")
    }
    return choices.flatMap { choice in rests.map { text[..<open] + choice + $0 } }
  }

  private static func choices(_ inside: String, of text: String) throws(CorpusError) -> [String] {
    if inside.contains(",") {
      return inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let ends = inside.components(separatedBy: "..")
    guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0, last >= first else {
      throw .unreadable(
        path: text, reason: "{\(inside)} is neither a range, as {000..009}, nor a list, as {train,val}")
    }
    guard last - first < mostNames else {
      throw .unreadable(path: text, reason: "more than \(mostNames) names")
    }
    // Leading zeros of either end say how wide all are.
    let isPadded =
      (ends[0].hasPrefix("0") && ends[0].count > 1) || (ends[1].hasPrefix("0") && ends[1].count > 1)
    let width = isPadded ? max(ends[0].count, ends[1].count) : 0
    return (first...last).map { number in
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
  }
}
