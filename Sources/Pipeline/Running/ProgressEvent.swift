/// What a run tells while it goes. Printing is the command line's affair.
public enum ProgressEvent: Sendable, Hashable {
  /// `pending` is the number of items to be worked, where it is known.
  case stageStarted(stage: String, uses: String, reasons: [String], pending: Int?)
  /// Counts of this run, not of the whole result; `total` is what this run has to do.
  case advanced(stage: String, done: Int, failed: Int, total: Int?)
  case stageFinished(stage: String, StageReport)
}
