/// Why a plan can't be made.
public enum PlanningError: Error, Sendable, Hashable, CustomStringConvertible {
  case unreadableFile(path: String, stage: String, reason: String)
  /// What the store keeps of a stage's last run can't be read.
  case damagedRecord(stage: String)

  public var description: String {
    switch self {
    case .unreadableFile(let path, let stage, let reason):
      "stage '\(stage)' reads \(path), and \(reason); check the path and its permissions"
    case .damagedRecord(let stage):
      "the store's record of stage '\(stage)' (pipeline_stage.components) is damaged; "
        + "put back a copy of the store, or move it away and run again"
    }
  }
}
