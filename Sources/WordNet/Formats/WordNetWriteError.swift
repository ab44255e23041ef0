/// Why a hierarchy could not be written.
public enum WordNetWriteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file cannot be created, written or renamed into place.
  case unwritable(path: String, reason: String)
  /// Nested out, with every synset under each of its parents, the hierarchy has more elements than allowed.
  case tooManyElements(path: String, count: Int, limit: Int)
  /// A synset stands deeper than readers accept.
  case tooDeep(path: String, synset: SynsetID, limit: Int)
  /// A text holds a character that XML 1.0 cannot express, even escaped.
  case forbiddenCharacter(path: String, synset: SynsetID, codePoint: UInt32)

  public var description: String {
    switch self {
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason)"
    case .tooManyElements(let path, let count, let limit):
      "\(path): not written: with every synset under each of its hypernyms it would have "
        + "\(count == .max ? "more elements than can be counted" : "\(count) elements"), "
        + "and the limit is \(limit)"
    case .tooDeep(let path, let synset, let limit):
      "\(path): not written: \(synset) stands more than \(limit) levels deep, which readers refuse"
    case .forbiddenCharacter(let path, let synset, let codePoint):
      "\(path): not written: \(synset) has the character U+\(hexadecimal(codePoint)), "
        + "which XML cannot express; remove it from the source"
    }
  }

  private func hexadecimal(_ codePoint: UInt32) -> String {
    let digits = String(codePoint, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
