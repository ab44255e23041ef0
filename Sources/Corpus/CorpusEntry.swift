/// One image of a corpus, as its source lists it: not read yet.
public struct CorpusEntry: Sendable, Hashable {
  /// What the image is called within its corpus: relative to the root, "/" between parts. Its identity.
  public let path: String
  /// Where its bytes are.
  public let location: ImageLocation
  /// The class the source gives it, as written there: a wnid, a lemma, a number. Nil in an unlabelled corpus.
  public let label: String?
  /// Bytes; -1 when there is a problem.
  public let size: Int64
  /// When the file, or the archive it is in, was last changed: nanoseconds since 1970. 0 when there is a problem.
  public let modified: Int64
  /// Why it cannot be read, when the listing already shows it: to be recorded as a failed item.
  public let problem: CorpusError?
  /// Whether it takes the place of a member of the same name earlier in its archive, as when that is unpacked.
  public var replacesEarlier = false
  /// Its boxes; nil where it has no annotation.
  public var annotation: EntryAnnotation?

  public init(path: String, location: ImageLocation, label: String?, size: Int64, modified: Int64) {
    self.path = path
    self.location = location
    self.label = label
    self.size = size
    self.modified = modified
    problem = nil
  }

  public init(path: String, location: ImageLocation, label: String?, problem: CorpusError) {
    self.path = path
    self.location = location
    self.label = label
    size = -1
    modified = 0
    self.problem = problem
  }
}
