import GRDB
import Pipeline
import Testing

@Suite struct `Failures are data` {
  @Test func `a bad item is recorded with its name, class, message and attempts, and its batch goes on`()
    async throws
  {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 30 }", "s: { uses: squares, numbers: n, bad: 15 }")
    let report = try await workshop.run(file)
    #expect(report["s"]?.items == ItemCounts(done: 28, failed: 2))
    #expect(report.exit == .someFailed)
    let failures = try await workshop.database.read { try JobState.failures($0) }
    #expect(failures.map(\.name) == ["number 15", "number 30"])
    #expect(failures.map(\.errorClass) == ["bad-number", "bad-number"])
    #expect(failures.first?.message == "15 is a multiple of 15")
    #expect(failures.first?.stage == "s")
    #expect(failures.first?.attempts == 1)
    #expect(try workshop.integer("SELECT count(*) FROM square") == 28, "a failed item has no result")
  }

  @Test func `retry works the failed items and no others`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 30 }", "s: { uses: squares, numbers: n, bad: 15 }")
    try await workshop.run(file)
    let reset = try await workshop.database.write { try JobState.resetFailures($0, stage: "s") }
    #expect(reset == 2)
    #expect(try workshop.plan(file).stage(named: "s")?.items == ItemCounts(done: 28, failed: 0, pending: 2))
    let faults = Faults()
    try await workshop.run(file, faults: faults)
    #expect(faults.seen.withLock { $0.joined().map(\.id).sorted() } == [15, 30])
    let failures = try await workshop.database.read { try JobState.failures($0) }
    #expect(failures.map(\.attempts) == [2, 2])

    try await workshop.database.write { _ = try JobState.resetFailures($0) }
    let report = try await workshop.run(file, faults: Faults(isCured: true))
    #expect(report["s"]?.items == ItemCounts(done: 30, failed: 0))
    #expect(report.exit == .done)
    #expect(try await workshop.database.read { try JobState.failures($0) }.isEmpty)
  }

  @Test func `retry of an unknown stage names those there are`() async throws {
    let workshop = try Workshop()
    try await workshop.run(try workshop.file("numbers: { uses: numbers }"))
    let error = await #expect(throws: JobStateError.self) {
      try await workshop.database.write { _ = try JobState.resetFailures($0, stage: "nubmers") }
    }
    #expect(
      error?.description
        == "the store has no stage 'nubmers': it has numbers; did you mean \"numbers\"?")
  }

  @Test func `a failed item whose version changes is pending again`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file("n: { uses: numbers, count: 5 }", "s: { uses: squares, numbers: n, bad: 5 }")
    try await workshop.run(file)
    try await workshop.database.write { try $0.execute(sql: "UPDATE number SET edition = 2 WHERE value = 5") }
    let report = try await workshop.run(file, faults: Faults(isCured: true))
    #expect(report["s"]?.items == ItemCounts(done: 5, failed: 0))
    #expect(try workshop.integer("SELECT attempts FROM item_state WHERE item_id = 5") == 1)
  }

  @Test func `a whole stage that throws is failed, those that refer to it are not run, others are`()
    async throws
  {
    let workshop = try Workshop()
    let file = try workshop.file("n: { uses: numbers }", "s: { uses: squares, numbers: n }")
    let report = try await workshop.run(file, faults: Faults(numbersThrow: true))
    #expect(report["n"]?.state == .failed)
    #expect(report["n"]?.reasons == ["the numbers ran out"])
    #expect(report["s"]?.state == .failed)
    #expect(report["s"]?.reasons == ["not run: stage n did not finish"])
    #expect(report.exit == .unfinished)
    #expect(try workshop.integer("SELECT count(*) FROM number") == 0, "its transaction was rolled back")
    #expect(try workshop.plan(file).stage(named: "n")?.reasons == ["not finished: the numbers ran out"])
    #expect(try await workshop.run(file).exit == .done)
  }

  @Test func `status tells counts without the pipeline file`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 30 }", "s: { uses: squares, numbers: n, bad: 15 }")
    try await workshop.run(file)
    let status = try await workshop.database.read { try JobState.status($0) }
    #expect(status.map(\.name) == ["n", "s"])
    #expect(status.map(\.items) == [ItemCounts(done: 30), ItemCounts(done: 28, failed: 2)])
    #expect(status.map(\.state) == [.current, .current])
  }
}
