/// Where images come from.
public protocol ImageSource: Sendable {
  /// The folder that entries' paths are relative to, absolute.
  var root: String { get }

  /// Visits every entry, each path once, in an order that depends on the contents alone.
  ///
  /// - Throws: `CorpusError` when the listing as a whole cannot be had, and what `visit` throws. A file that
  ///   cannot be read is an entry with a `problem`.
  func scan(_ visit: (CorpusEntry) throws -> Void) throws
}
