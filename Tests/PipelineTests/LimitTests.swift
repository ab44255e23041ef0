import Foundation
import GRDB
import Pipeline
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Limits of a stage` {
  @Test(arguments: [("0", 1), ("9", 10), ("1%", 11), ("0.35%", 4)])
  func `max_failures ends a stage early, and says what failed and what to do`(limit: String, failures: Int)
    async throws
  {
    let workshop = try Workshop()
    let stages = ["n: { uses: numbers, count: 1000 }", "s: { uses: squares, numbers: n, bad: 3, batch: 1 }"]
    let file = try workshop.file(stages[0], stages[1], overrides: ["s.max_failures=\(limit)"])
    let report = try await workshop.run(file, threads: 1)
    #expect(report.exit == .unfinished)
    let reason = try #require(report["s"]?.reasons.first)
    #expect(reason.contains("of 1000 items failed, and max_failures is \(limit) (bad-number "), "\(reason)")
    #expect(
      reason.contains("status --failed") && reason.contains("forgive") && reason.contains("max_failures"))
    let items = try #require(report["s"]?.items)
    #expect(items.failed >= failures && items.failed < 120, "it ended soon after: \(items)")

    let again = try await workshop.run(file, faults: Faults())
    #expect(again["s"]?.items == items, "nothing more is worked while they stand")
    try await workshop.database.write { db in _ = try JobState.forgive(db, FailureSelection(stage: "s")) }
    let further = try await workshop.run(file, threads: 1)
    let onward = try #require(further["s"]?.items)
    #expect(onward.done + onward.failed + onward.forgiven > items.done + items.failed, "forgiven, it goes on")
    let whole = try await workshop.run(try workshop.file(stages[0], stages[1]))
    #expect(whole["s"]?.items.done == 667)
  }

  @Test func `a limit at the file's top holds for every stage, and a stage's own comes before it`() throws {
    let workshop = try Workshop()
    let path = try workshop.folder.write(
      "limits.yaml",
      """
      store: s
      max_failures: 1%
      max_attempts: 2
      stages:
        n: { uses: numbers }
        s: { uses: squares, numbers: n, max_failures: 7, max_seconds: 5 }

      """)
    let file = try PipelineFile.load(path, registry: Workshop.registry, overrides: ["max_attempts=4"])
    let (numbers, squares) = (try #require(file.stage(named: "n")), try #require(file.stage(named: "s")))
    #expect(numbers.limits.failures == .share(1) && squares.limits.failures == .count(7))
    #expect(numbers.limits.attempts == 4 && squares.limits.attempts == 4)
    #expect(squares.limits.itemTime == .seconds(5))
  }

  @Test func `max_attempts tries failing items again after the others, and more of it later tries them more`()
    async throws
  {
    let workshop = try Workshop()
    func file(_ attempts: Int) throws -> PipelineFile {
      try workshop.file(
        "n: { uses: numbers, count: 30 }",
        "s: { uses: squares, numbers: n, bad: 15, max_attempts: \(attempts) }")
    }
    let faults = Faults()
    let report = try await workshop.run(try file(3), faults: faults)
    #expect(report["s"]?.items == ItemCounts(done: 28, failed: 2))
    let worked = faults.seen.withLock { $0.joined().map(\.id) }
    #expect(worked.count == 34 && worked.suffix(4).sorted() == [15, 15, 30, 30])
    #expect(try workshop.integer("SELECT sum(attempts) FROM item_state WHERE state = 'failed'") == 6)

    #expect(try workshop.plan(try file(2)).stage(named: "s")?.state == .current, "never stale by it")
    let more = try workshop.plan(try file(4)).stage(named: "s")
    #expect(more?.items == ItemCounts(done: 28, failed: 0, pending: 2))
    let cured = try await workshop.run(try file(4), faults: Faults(isCured: true))
    #expect(cured["s"]?.items == ItemCounts(done: 30))
  }

  @Test func `an item that takes for ever fails with the class timeout, and its batch mates are done`()
    async throws
  {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 100 }",
      "s: { uses: squares, numbers: n, hang: 40, bad: 30, max_seconds: 1, batch: 16 }")
    let report = try await workshop.run(file, threads: 4)
    #expect(report["s"]?.items == ItemCounts(done: 95, failed: 5))
    let failures = try await workshop.database.read { try JobState.failures($0) }
    #expect(failures.filter { $0.errorClass == "timeout" }.map(\.name) == ["number 40", "number 80"])
    #expect(failures.first { $0.errorClass == "timeout" }?.message.contains("max_seconds") == true)
    #expect(try await workshop.run(file).exit == .someFailed, "a second run leaves them alone")
  }

  @Test func `when every item hangs, the run ends with a sentence, and the next goes on`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 80 }",
      "s: { uses: squares, numbers: n, hang: 1, max_seconds: 1, batch: 1 }")
    let report = try await workshop.run(file, threads: 16)
    #expect(report.exit == .unfinished)
    #expect(report["s"]?.reasons.first?.contains("run again to go on with the others") == true)
    let failed = try #require(report["s"]?.items.failed)
    #expect(failed > 16 && failed <= 48)
    let again = try await workshop.run(file, threads: 16)
    #expect(try #require(again["s"]?.items.failed) > failed)
  }
}
