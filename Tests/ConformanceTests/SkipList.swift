import Foundation
import TestSupport
import Testing

/// Cases that are not run, each with its reason: lines `PATTERN: REASON` of skipped.txt, where a pattern is the name of a
/// case with its suite, and a star stands for any text.
struct SkipList: Sendable {
  struct Entry: Sendable {
    var pattern: String
    var reason: String
  }

  var entries: [Entry]

  static func read() throws -> SkipList {
    let file = PackageRoot.url.appendingPathComponent("Tests/ConformanceTests/skipped.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return SkipList(
      entries: try lines.filter { !$0.hasPrefix("#") && !$0.isEmpty }.map { line in
        let colon = try #require(line.range(of: ": "), "a line without a reason: \(line)")
        return Entry(pattern: String(line[..<colon.lowerBound]), reason: String(line[colon.upperBound...]))
      })
  }

  /// Why a case is skipped; the first entry that fits.
  func entry(for id: String) -> Int? { entries.firstIndex { Self.fits(id, $0.pattern) } }

  static func fits(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return text == pattern }
    var rest = Substring(text)
    for (index, part) in parts.enumerated() {
      if index == 0 {
        guard rest.hasPrefix(part) else { return false }
        rest = rest.dropFirst(part.count)
      } else if index == parts.count - 1 {
        return rest.hasSuffix(part)
      } else if let range = rest.range(of: part) {
        rest = rest[range.upperBound...]
      } else if !part.isEmpty {
        return false
      }
    }
    return true
  }
}
