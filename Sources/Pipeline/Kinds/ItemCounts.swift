/// How many items stand done, failed, and, in plans, to be worked.
public struct ItemCounts: Sendable, Hashable, Codable {
  public var done: Int
  /// Without those that a person accepted as failed.
  public var failed: Int
  /// Failed, and accepted as such: neither done nor counted against a run.
  public var forgiven: Int
  /// Nil where it isn't known or has no meaning, as in a finished run's report.
  public var pending: Int?

  public init(done: Int = 0, failed: Int = 0, forgiven: Int = 0, pending: Int? = nil) {
    self.done = done
    self.failed = failed
    self.forgiven = forgiven
    self.pending = pending
  }

  /// All there are, where what is pending is known.
  var total: Int { done + failed + forgiven + (pending ?? 0) }

  private enum CodingKeys: CodingKey {
    case done
    case failed
    case forgiven
    case pending
  }

  /// `forgiven` only where there are some.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(done, forKey: .done)
    try container.encode(failed, forKey: .failed)
    if forgiven > 0 { try container.encode(forgiven, forKey: .forgiven) }
    try container.encodeIfPresent(pending, forKey: .pending)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    done = try container.decode(Int.self, forKey: .done)
    failed = try container.decode(Int.self, forKey: .failed)
    forgiven = try container.decodeIfPresent(Int.self, forKey: .forgiven) ?? 0
    pending = try container.decodeIfPresent(Int.self, forKey: .pending)
  }
}
