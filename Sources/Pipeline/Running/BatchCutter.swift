/// Cuts the sorted pending items into batches without ever splitting a grouping.
struct BatchCutter {
  let batchSize: Int
  private var batch: [WorkItem] = []
  private var group: [WorkItem] = []

  init(batchSize: Int) { self.batchSize = max(1, batchSize) }

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
    if batch.isEmpty || batch.count + group.count <= batchSize {
      batch += group
      guard batch.count >= batchSize else { return nil }
      defer { batch = [] }
      return batch
    }
    defer { batch = group }
    return batch
  }
}
