/// Why a plan can't be made.
public enum PlanningError: Error, Sendable, Hashable, CustomStringConvertible {
  case unreadableFile(path: String, stage: String, reason: String)

  public var description: String {
    switch self {
    case .unreadableFile(let path, let stage, let reason):
      "stage '\(stage)' reads \(path), and \(reason); check the path and its permissions"
    }
  }
}
