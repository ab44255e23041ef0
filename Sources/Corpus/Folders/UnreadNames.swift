/// How many files of a source are passed over, by what their names end in: images may be among them, whose names do not
/// say so.
struct UnreadNames {
  private var counts: [String: Int] = [:]
  /// More endings than any corpus has; those of further ones count together.
  private static let mostEndings = 20

  mutating func count(_ name: ArraySlice<UInt8>) {
    guard let ending = ImageName.unreadEnding(name) else { return }
    let isKnown = counts[ending] != nil || counts.count < Self.mostEndings
    counts[isKnown ? ending : "in others", default: 0] += 1
  }

  /// Nil where there are none.
  var note: String? {
    guard !counts.isEmpty else { return nil }
    let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return "files that are not read, by what their names end in: \(list)"
  }
}
