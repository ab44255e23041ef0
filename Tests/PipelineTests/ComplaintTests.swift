import GRDB
import Pipeline
import Synchronization
import Testing

/// What users of batch tools complain about, where it takes many items rather than images.
@Suite struct `What users of batch tools complain about` {
  /// fiftyone-brain#223, img2dataset#338: killed at 2.26 million vectors.
  @Test func `6 everything is held in memory`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 20000 }", "s: { uses: squares, numbers: n, batch: 16 }")
    let faults = Faults()
    let greatest = Mutex(0)
    try await workshop.run(file, threads: 4, faults: faults) { event in
      // What workers were given and the store does not hold yet.
      guard case .advanced("s", let done, let failed, _) = event else { return }
      let inHand = faults.seen.withLock { $0.count } * 16 - done - failed
      greatest.withLock { $0 = max($0, inHand) }
    }
    // Four workers with a batch each, a channel of eight batches, what the writer took at once and what it still had.
    let (batches, bound) = (28, 28 * 16 + 64)
    let most = greatest.withLock { $0 }
    #expect(most <= bound, "\(batches) batches and a transaction")
  }

  /// dvc#8647: the limit on failures is the user's to set, not ours.
  @Test func `10 one failure stops a run of days`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 500 }", "s: { uses: squares, numbers: n, bad: 2, batch: 10 }")
    #expect(try await workshop.run(file)["s"]?.items == ItemCounts(done: 250, failed: 250))
  }
}
