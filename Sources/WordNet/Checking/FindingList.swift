/// Findings as they come. A file can have as many as it has bytes, so that after the first ones the rest is only counted.
struct FindingList {
  static let limit = 100_000

  private(set) var all: [HierarchyFinding] = []
  private(set) var omitted = 0

  mutating func add(
    _ kind: HierarchyFinding.Kind, _ path: String, _ line: Int, _ subject: String,
    _ message: @autoclosure () -> String
  ) {
    guard all.count < Self.limit else {
      omitted += 1
      return
    }
    all.append(HierarchyFinding(kind: kind, path: path, line: line, subject: subject, message: message()))
  }
}
