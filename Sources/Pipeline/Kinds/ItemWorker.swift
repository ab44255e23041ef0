/// What works batches of items on one thread: it owns its buffers, and may compute or block as it likes.
public protocol ItemWorker {
  associatedtype Output: Sendable

  /// One outcome for every item given, in any order. A bad item is `.failed`, never an error.
  ///
  /// - Throws: when the machine is at fault rather than an item; that ends the run.
  mutating func process(_ items: [WorkItem]) async throws -> [ItemOutcome<Output>]
}

public struct WorkItem: Sendable, Hashable {
  public let id: Int64
  public let version: String
  public let grouping: Int64?

  public init(id: Int64, version: String, grouping: Int64? = nil) {
    self.id = id
    self.version = version
    self.grouping = grouping
  }
}

public enum ItemOutcome<Output: Sendable>: Sendable {
  case done(WorkItem, Output)
  /// `errorClass` is a stable slug ("truncated") by which failures are counted; `message` a sentence.
  case failed(WorkItem, errorClass: String, message: String)

  public var item: WorkItem {
    switch self {
    case .done(let item, _), .failed(let item, _, _): item
    }
  }
}
