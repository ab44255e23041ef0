import Foundation

/// A run in a list of runs.
public struct RunSummary: Sendable, Hashable, Identifiable {
  public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its process is at work.
    case running
    case done
    /// Finished, but some items stand failed.
    case someFailed = "some-failed"
    /// A stage could not be brought to its end.
    case unfinished
    /// Stopped when asked, with all it had done committed.
    case interrupted
    /// Its process ended without a word: killed, or the machine went down.
    case killed

    init(_ report: RunReport) {
      switch report.exit {
      case .done: self = .done
      case .someFailed: self = .someFailed
      case .unfinished, .usage: self = report.isInterrupted ? .interrupted : .unfinished
      }
    }
  }

  public let id: Int64
  /// The program's arguments, its name first.
  public let command: [String]
  /// The pipeline file's path, as it was given.
  public let pipeline: String
  public let started: Date
  /// The last moment it wrote anything.
  public let seen: Date
  /// Nil while it runs, and where it was killed.
  public let finished: Date?
  /// Seconds from its start until it was last seen.
  public let seconds: Double
  public let outcome: Outcome
  public let host: String
  public let process: Int
  /// What it worked itself, over all stages.
  public let worked: ItemCounts
}

/// All that is recorded of one run.
public struct RunRecord: Sendable, Hashable {
  public let summary: RunSummary
  /// By stage, by dotted name, each with its default where the file said nothing.
  public let parameters: [String: [String: String]]
  /// By component.
  public let versions: [String: String]
  public let machine: Machine
  public let threads: Int
  /// Seconds from the start to the first stage.
  public let planning: Double
  /// In running order.
  public let stages: [StageRunRecord]

  /// By class over all stages, the commonest first.
  public var failures: [(stage: String, tally: FailureTally)] {
    stages.flatMap { stage in stage.failures.map { (stage.name, $0) } }
      .sorted {
        ($1.tally.count, $0.stage, $0.tally.errorClass) < ($0.tally.count, $1.stage, $1.tally.errorClass)
      }
  }
}

/// One stage's part in a run.
public struct StageRunRecord: Sendable, Hashable {
  public enum State: String, Sendable, Hashable, Codable {
    /// Its turn had not come.
    case waiting
    case running
    /// At work when the run was killed.
    case killed
    case done
    /// There was nothing to do.
    case current
    /// Stopped when asked.
    case stopped
    case failed
    /// Had no turn, because of another stage or a stop.
    case skipped
  }

  public let name: String
  public let uses: String
  /// The stages it refers to.
  public let needs: [String]
  public let state: State
  /// Why it ran; where it did not finish, why not.
  public let reasons: [String]
  /// Seconds after the run's start; nil where it had no turn.
  public let began: Double?
  public let seconds: Double
  /// Items this run had to do, where known.
  public let pending: Int?
  /// What this run worked.
  public let worked: ItemCounts
  /// Seconds of those spent on items, without what is done once before them.
  public let workingSeconds: Double
  /// What stood recorded when it ended.
  public let standing: ItemCounts?
  public let samples: [ThroughputSample]
  /// The longest first.
  public let steps: [StepRecord]
  /// The commonest first.
  public let failures: [FailureTally]

  /// Items a second; nil where none were worked.
  public var rate: Double? {
    let items = worked.done + worked.failed
    return items > 0 && workingSeconds > 0 ? Double(items) / workingSeconds : nil
  }
}

/// What one step took in a run.
public struct StepRecord: Sendable, Hashable, Codable {
  public let name: String
  /// Summed over threads.
  public let seconds: Double
  public let count: Int
}

/// The failures of one class in one stage of a run.
public struct FailureTally: Sendable, Hashable, Codable {
  public struct Example: Sendable, Hashable, Codable {
    /// What a person knows the item by.
    public var item: String
    public var message: String

    public init(item: String, message: String) {
      self.item = item
      self.message = message
    }
  }

  public var errorClass: String
  public var count: Int
  /// The first few.
  public var examples: [Example]

  public init(errorClass: String, count: Int, examples: [Example]) {
    self.errorClass = errorClass
    self.count = count
    self.examples = examples
  }
}
