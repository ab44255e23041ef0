/// The published table: what passes, by suite and by operator.
struct ConformanceTable {
  struct Row: Sendable {
    var passed = 0
    var skipped = 0
    var reasons: [String] = []

    mutating func add(_ reason: String?) {
      guard let reason else {
        passed += 1
        return
      }
      skipped += 1
      if !reasons.contains(reason) { reasons.append(reason) }
    }
  }

  private var suites: [(name: String, row: Row)] = []
  private var operators: [String: Row] = [:]
  let version: String

  init(version: String) { self.version = version }

  /// - Parameter reason: why it is skipped; nil where it passed.
  mutating func add(_ test: ConformanceCase, reason: String?) {
    if let index = suites.firstIndex(where: { $0.name == test.suite }) {
      suites[index].row.add(reason)
    } else {
      suites.append((test.suite, Row()))
      suites[suites.count - 1].row.add(reason)
    }
    if test.suite == "node" { operators[test.operatorName, default: Row()].add(reason) }
  }

  var markdown: String {
    let all = suites.reduce(into: Row()) {
      $0.passed += $1.row.passed
      $0.skipped += $1.row.skipped
    }
    var lines = [
      "# ONNX conformance", "",
      "The backend test suite of the Python package `onnx` \(version), run by `ConformanceTests` through the reader and",
      "the float executor, each case with the suite's own tolerances and exact types. The test makes this page and fails",
      "where it is not up to date, where a case fails that is not in `Tests/ConformanceTests/skipped.txt`, and where a",
      "case passes that is. Every passing case is also run after the graph's passes.", "",
      "| suite | cases | passed | failed | skipped |", "|---|---:|---:|---:|---:|",
    ]
    for (name, row) in suites + [("**all**", all)] {
      lines.append("| \(name) | \(row.passed + row.skipped) | \(row.passed) | 0 | \(row.skipped) |")
    }
    lines += [
      "", "## Cases of single operators", "",
      "Cases in which an operator is written out as a graph of others count among that operator's.", "",
      "| operator | passed | skipped | why skipped |", "|---|---:|---:|---|",
    ]
    for (name, row) in operators.sorted(by: { $0.key < $1.key }) {
      lines.append("| \(name) | \(row.passed) | \(row.skipped) | \(row.reasons.joined(separator: "; ")) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
