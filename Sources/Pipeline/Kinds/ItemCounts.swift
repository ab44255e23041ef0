/// How many items stand done, failed, and, in plans, to be worked.
public struct ItemCounts: Sendable, Hashable, Codable {
  public var done: Int
  public var failed: Int
  /// Nil where it isn't known or has no meaning, as in a finished run's report.
  public var pending: Int?

  public init(done: Int = 0, failed: Int = 0, pending: Int? = nil) {
    self.done = done
    self.failed = failed
    self.pending = pending
  }
}
