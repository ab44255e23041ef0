/// What came of a run.
///
///     {"stages": {NAME: {"uses": …, "state": …, "items": {"done": n, "failed": n}, "seconds": s,
///                        "reasons": […]}}, "exit": n}
public struct RunReport: Sendable, Hashable, Codable {
  /// In running order; JSON has none.
  public var stages: [(name: String, report: StageReport)]
  public var exit: ExitStatus
  /// Whether a stop was asked for before the end. Not part of the JSON: the reasons say so.
  public var isInterrupted = false
  /// The run's number in the store; nil where it could not be recorded.
  public var run: Int64?

  public init(stages: [(name: String, report: StageReport)]) {
    self.stages = stages
    if stages.contains(where: { $0.report.state == .failed }) {
      exit = .unfinished
    } else {
      // Failed items count whether they failed in this run or in an earlier one.
      exit = stages.contains { $0.report.items.failed > 0 } ? .someFailed : .done
    }
  }

  public subscript(_ name: String) -> StageReport? { stages.first { $0.name == name }?.report }

  public static func == (left: Self, right: Self) -> Bool {
    left.exit == right.exit && left.stages.map(\.name) == right.stages.map(\.name)
      && left.stages.map(\.report) == right.stages.map(\.report)
  }

  public func hash(into hasher: inout Hasher) {
    for stage in stages {
      hasher.combine(stage.name)
      hasher.combine(stage.report)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NameKey.self)
    var inner = container.nestedContainer(keyedBy: NameKey.self, forKey: NameKey("stages"))
    for stage in stages { try inner.encode(stage.report, forKey: NameKey(stage.name)) }
    try container.encode(exit, forKey: NameKey("exit"))
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: NameKey.self)
    let inner = try container.nestedContainer(keyedBy: NameKey.self, forKey: NameKey("stages"))
    stages = try inner.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
      ($0.stringValue, try inner.decode(StageReport.self, forKey: $0))
    }
    exit = try container.decode(ExitStatus.self, forKey: NameKey("exit"))
  }
}
