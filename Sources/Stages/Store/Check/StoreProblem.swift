/// Something wrong with a store, in words that say what it means for its owner.
public struct StoreProblem: Sendable, Hashable, CustomStringConvertible {
  public enum Area: String, Sendable {
    /// SQLite's own structure.
    case file
    /// Tables, columns and indexes.
    case tables
    case vectors
    case networks
    /// What the store says was done.
    case jobState = "job-state"
  }

  public let area: Area
  public let description: String

  init(_ area: Area, _ description: String) {
    self.area = area
    self.description = description
  }
}

/// How much of a table can still be read.
public struct ReadableTable: Sendable, Hashable {
  public let name: String
  public let rows: Int
  /// Whether reading ended, or had to leap over something, because of damage.
  public let isDamaged: Bool
}
