import GRDB

/// Why a run could not finish a stage.
public enum RunError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A stage kind's mistake: a worker gave outcomes for other items than it was given.
  case outcomesDoNotMatch(stage: String, items: Int, outcomes: Int)
  /// A stage kind's mistake: it is neither a whole stage nor an item stage.
  case unusableStage(stage: String)
  /// Items hang one after the other, each with a thread.
  case tooManyHang(stage: String, threads: Int)

  public var description: String {
    switch self {
    case .outcomesDoNotMatch(let stage, let items, let outcomes):
      "stage '\(stage)' was given \(items) items and answered for \(outcomes) or for others; "
        + "nothing of that batch was kept. This is a mistake of the stage kind, please report it"
    case .unusableStage(let stage):
      "stage '\(stage)' works neither as a whole nor item by item. This is a mistake of the stage kind"
    case .tooManyHang(let stage, let threads):
      "\(threads) items of stage '\(stage)' hung, and their threads can't be ended one by one; "
        + "those recorded stand failed as \"timeout\": run again to go on with the others"
    }
  }

  /// An error in words that say what to do, where it is one of the store's.
  static func message(_ error: any Error) -> String {
    if error is CancellationError { return RunStopped().description }
    guard let error = error as? DatabaseError else { return "\(error)" }
    let kept = "nothing of the last transaction was kept, and a new run goes on from before it"
    switch error.resultCode {
    case .SQLITE_FULL:
      return "the disk is full: free some space and run again; \(kept)"
    case .SQLITE_READONLY:
      return "the store can't be written: check its permissions and those of its folder, and run again"
    case .SQLITE_IOERR, .SQLITE_CANTOPEN:
      return "the store's disk gave an error (\(error.extendedResultCode)): check it and run again; \(kept)"
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      return
        "the store is damaged (\(error.message ?? "")): `synoptic check` says what can be saved; put back a copy, or "
        + "move it away and run again"
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return "another program is writing to the store: run again when it has ended; \(kept)"
    case .SQLITE_ERROR where error.message?.hasPrefix("no such ") ?? false:
      return
        "the store lacks something it needs (\(error.message ?? "")): `synoptic check` says what; put back a copy, or "
        + "move it away and run again"
    default:
      return "\(error); \(kept)"
    }
  }
}
