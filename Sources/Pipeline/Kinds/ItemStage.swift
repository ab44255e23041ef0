import GRDB

/// A stage that works item by item, so that twelve new items cost twelve.
///
/// The runner finds the pending items, cuts them into batches, gives each worker one batch at a time, and
/// commits what comes back together with the items' states.
public protocol ItemStage: Stage {
  associatedtype Worker: ItemWorker
  /// What is made once before the items and shared by all workers: a compiled network, the id of a space.
  associatedtype Prepared: Sendable

  /// Runs once before the items, only when there are some to do or the result is new.
  func prepare(_ context: StageContext) async throws -> Prepared

  /// The items there are now, whatever their state. The runner joins their states to them.
  func items(in db: Database, _ identity: StageIdentity) throws -> ItemQuery

  /// A text that is another one whenever the rows of `items` may be others, so that they need not be counted to find
  /// out that there is nothing to do. Nil where that can't be told.
  func itemsRevision(in db: Database, _ identity: StageIdentity) throws -> String?

  /// One for each worker thread; what it holds is never shared.
  func makeWorker(_ prepared: Prepared, _ context: StageContext) throws -> Worker

  /// Writes the domain's rows of a batch. The items' states are written by the runner in the same transaction.
  /// May be called again for an item whose earlier row stands (a changed version, a retry): replace it.
  func commit(
    _ outcomes: [ItemOutcome<Worker.Output>], in db: Database, _ prepared: Prepared, _ context: StageContext)
    throws

  /// What a person knows the items by, for messages: usually a path.
  func describe(itemIDs: [Int64], in db: Database) throws -> [Int64: String]

  /// Items in a batch; a group is never split, so a batch may be larger.
  var batchSize: Int { get }
}

extension ItemStage {
  public func itemsRevision(in db: Database, _ identity: StageIdentity) throws -> String? { nil }
}

/// The SQL of a stage's items: one row an item with the columns `item_id` (integer, unique), `version`
/// (anything; when it differs from the recorded one the item is worked again) and `grouping` (integer or
/// NULL; items of one grouping always share a batch).
///
///     ItemQuery("SELECT id AS item_id, digest AS version, NULL AS grouping FROM image WHERE corpus_id = ?", [7])
public struct ItemQuery: Sendable {
  public var sql: String
  public var arguments: StatementArguments

  public init(_ sql: String, _ arguments: StatementArguments = StatementArguments()) {
    self.sql = sql
    self.arguments = arguments
  }
}
