/// Cuts the sorted pending items into batches without ever splitting a grouping.
///
/// Towards the end batches get smaller, to a quarter, so that no worker has a whole one left when the others are done:
/// each takes at most half of a worker's share of what is left (guided self-scheduling, Polychronopoulos and Kuck 1987).
struct BatchCutter {
  private let batchSize: Int
  private let workers: Int
  private var remaining: Int
  private var batch: [WorkItem] = []
  private var group: [WorkItem] = []

  /// - Parameter items: how many will be taken in all.
  init(batchSize: Int, items: Int, workers: Int) {
    self.batchSize = max(1, batchSize)
    self.workers = max(1, workers)
    remaining = items
  }

  /// As many batches of the smallest size as there are items to fill them.
  static func mostBatches(batchSize: Int, items: Int) -> Int {
    let smallest = smallest(batchSize)
    return (items + smallest - 1) / smallest
  }

  private static func smallest(_ batchSize: Int) -> Int { max(1, batchSize / 4) }

  /// How many items the batch at hand is to hold.
  private var wanted: Int {
    if workers == 1 { return batchSize }
    return min(batchSize, max(Self.smallest(batchSize), remaining / (2 * workers)))
  }

  /// Takes the next item, and gives a batch when one is full.
  mutating func take(_ item: WorkItem) -> [WorkItem]? {
    if let last = group.last, last.grouping == nil || last.grouping != item.grouping {
      let full = closeGroup()
      group.append(item)
      return full
    }
    group.append(item)
    return nil
  }

  /// What is left at the end: at most two batches.
  mutating func finish() -> [[WorkItem]] {
    var batches = closeGroup().map { [$0] } ?? []
    if !batch.isEmpty { batches.append(batch) }
    batch = []
    return batches
  }

  private mutating func closeGroup() -> [WorkItem]? {
    defer { group.removeAll(keepingCapacity: true) }
    if batch.isEmpty || batch.count + group.count <= wanted {
      batch += group
      guard batch.count >= wanted else { return nil }
      return emit(next: [])
    }
    return emit(next: group)
  }

  private mutating func emit(next: [WorkItem]) -> [WorkItem] {
    defer { batch = next }
    remaining -= batch.count
    return batch
  }
}
