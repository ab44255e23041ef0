/// How a run left one stage.
public struct StageReport: Sendable, Hashable, Codable {
  public enum State: String, Sendable, Codable {
    /// It ran to its end in this run.
    case done
    /// There was nothing to do.
    case current
    /// It couldn't be brought to its end; `reasons` say why.
    case failed
  }

  public var uses: String
  public var state: State
  /// What stands recorded, not only what this run added.
  public var items: ItemCounts
  public var seconds: Double
  public var reasons: [String]

  public init(uses: String, state: State, items: ItemCounts, seconds: Double, reasons: [String]) {
    self.uses = uses
    self.state = state
    self.items = items
    self.seconds = seconds
    self.reasons = reasons
  }
}
