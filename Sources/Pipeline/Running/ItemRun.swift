import GRDB

/// One item stage at work: a feeder cuts the pending items into batches, `threads` workers work them, one
/// writer commits their rows and states. The hand-overs between them are bounded.
struct ItemRun<S: ItemStage>: Sendable {
  typealias Outcomes = [ItemOutcome<S.Worker.Output>]

  let stage: S
  let context: StageContext
  let prepared: S.Prepared
  /// How many items there are to do.
  let total: Int
  /// What stands before them: all items of the stage, and how many of them failed and are not among those to do.
  let standing: (items: Int, failed: Int)

  private static var pageSize: Int { 2_048 }
  /// A transaction holds what came in a quarter of a second, or this many items.
  ///
  /// A commit writes every page it touched, and in a large store each item's rows lie in pages of their own: the more
  /// items share a commit, the more share a page. At a million items a run with commits of 64 took 1.5 times the
  /// processor time.
  private static var transactionItems: Int { 4_096 }
  private static var transactionTime: Duration { .milliseconds(250) }

  private enum Part: Sendable {
    case ended
    case broke(any Error)
  }

  /// Works the items listed by `ItemStates.listPending`.
  ///
  /// - Throws: what a worker or a commit threw. What was handed over before is committed.
  func run() async throws {
    // Where a rate begins: what was done before the items is not part of their time.
    context.report(done: 0, failed: 0, total: total)
    let most = BatchCutter.mostBatches(batchSize: stage.batchSize, items: total)
    let workers = min(context.threads, max(1, most))
    let batches = BoundedChannel<[WorkItem]>(capacity: workers, producers: 1)
    let outcomes = BoundedChannel<Outcomes>(capacity: workers * 2, producers: workers)
    let watch = HangWatch(stage: context.stageName)
    let broken = await withTaskGroup(of: Part.self) { group in
      group.addTask {
        await part {
          try await feed(batches, workers: workers)
        } onError: {
          await batches.abort()
        }
      }
      for number in 1...workers {
        group.addTask {
          // A worker that broke ends the feeding; what others have in hand is still finished and committed.
          let end = await part {
            try await work(batches, outcomes, number: number, watch)
          } onError: {
            await batches.abort()
          }
          await outcomes.finish()
          return end
        }
      }
      group.addTask {
        await part {
          try await write(outcomes)
        } onError: {
          await batches.abort()
          await outcomes.abort()
        }
      }
      var broken: [any Error] = []
      for await case .broke(let error) in group { broken.append(error) }
      return broken
    }
    if let first = broken.first { throw first }
  }

  private func part(_ body: () async throws -> Void, onError: () async -> Void) async -> Part {
    do {
      try await body()
      return .ended
    } catch {
      await onError()
      return .broke(error)
    }
  }

  private var mustStop: Bool { context.control.isStopRequested || Task.isCancelled }

  private func feed(_ batches: BoundedChannel<[WorkItem]>, workers: Int) async throws {
    var cutter = BatchCutter(batchSize: stage.batchSize, items: total, workers: workers)
    var place: Int64 = 0
    while !mustStop {
      let from = place
      // Temporary tables belong to a connection: the list is on the writer's.
      let page = try await context.database.writeWithoutTransaction { db in
        try ItemStates.pendingPage(db, after: from, limit: Self.pageSize)
      }
      if page.items.isEmpty { break }
      place = page.last
      for item in page.items {
        guard let batch = cutter.take(item) else { continue }
        guard !mustStop, await batches.send(batch) else { return await batches.finish() }
      }
    }
    for batch in mustStop ? [] : cutter.finish() {
      guard await batches.send(batch) else { break }
    }
    await batches.finish()
  }

  private func work(
    _ batches: BoundedChannel<[WorkItem]>, _ outcomes: BoundedChannel<Outcomes>, number: Int,
    _ watch: HangWatch
  ) async throws {
    var worker = TimedWorker(
      stage, prepared, context, name: "\(context.stageName) worker \(number)", watch: watch)
    defer { worker.finish() }
    while let batch = await batches.receive(), !mustStop {
      let worked = try await worker.process(batch)
      guard worked.count == batch.count, Set(worked.map(\.item)) == Set(batch) else {
        throw RunError.outcomesDoNotMatch(
          stage: context.stageName, items: batch.count, outcomes: worked.count)
      }
      guard await outcomes.send(worked) else { return }
    }
    // A feeder that waits for room must not wait for ever once the workers stop taking.
    if mustStop { await batches.abort() }
  }

  private func write(_ outcomes: BoundedChannel<Outcomes>) async throws {
    var uncommitted: Outcomes = []
    var lastCommit = ContinuousClock.now
    var counts = ItemCounts()
    while let arrived = await outcomes.receiveAll() {
      for batch in arrived { uncommitted += batch }
      let isDue =
        uncommitted.count >= Self.transactionItems || lastCommit.duration(to: .now) >= Self.transactionTime
      guard isDue else { continue }
      try await commit(uncommitted, &counts)
      uncommitted.removeAll(keepingCapacity: true)
      lastCommit = .now
    }
    if !uncommitted.isEmpty { try await commit(uncommitted, &counts) }
  }

  private func commit(_ batch: Outcomes, _ counts: inout ItemCounts) async throws {
    let start = ContinuousClock.now
    let failedIDs = batch.compactMap { outcome in
      if case .failed(let item, _, _) = outcome { item.id } else { nil }
    }
    let tally = try await context.database.write { [stage, prepared, context] db in
      try stage.commit(batch, in: db, prepared, context)
      let names = failedIDs.isEmpty ? [:] : try stage.describe(itemIDs: failedIDs, in: db)
      try ItemStates.record(db, batch, names: names, resultID: context.resultID)
      return try context.recorder.write(
        db, done: batch.count - failedIDs.count, failures: Self.failures(of: batch, names))
    }
    context.recorder.adopt(tally)
    context.steps.add(.write, start.duration(to: .now), count: batch.count)
    counts.failed += failedIDs.count
    counts.done += batch.count - failedIDs.count
    context.report(done: counts.done, failed: counts.failed, total: total)
    try await TooManyFailures.check(
      context.limits.failures, failed: standing.failed + counts.failed, total: standing.items,
      resultID: context.resultID, in: context.database)
  }

  private static func failures(of batch: Outcomes, _ names: [Int64: String]) -> [StageFailure] {
    batch.compactMap { outcome in
      guard case .failed(let item, let errorClass, let message) = outcome else { return nil }
      return StageFailure(name: names[item.id] ?? "item \(item.id)", errorClass: errorClass, message: message)
    }
  }
}
