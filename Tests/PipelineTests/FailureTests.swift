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
    let reset = try await workshop.database.write {
      try JobState.retry($0, FailureSelection(stage: "s", standing: .failed))
    }
    #expect(reset == 2)
    #expect(try workshop.plan(file).stage(named: "s")?.items == ItemCounts(done: 28, failed: 0, pending: 2))
    let faults = Faults()
    try await workshop.run(file, faults: faults)
    #expect(faults.seen.withLock { $0.joined().map(\.id).sorted() } == [15, 30])
    let failures = try await workshop.database.read { try JobState.failures($0) }
    #expect(failures.map(\.attempts) == [2, 2])

    try await workshop.database.write { _ = try JobState.retry($0) }
    let report = try await workshop.run(file, faults: Faults(isCured: true))
    #expect(report["s"]?.items == ItemCounts(done: 30, failed: 0))
    #expect(report.exit == .done)
    #expect(try await workshop.database.read { try JobState.failures($0) }.isEmpty)
  }

  @Test func `retry of an unknown stage names those there are`() async throws {
    let workshop = try Workshop()
    try await workshop.run(try workshop.file("numbers: { uses: numbers }"))
    let error = await #expect(throws: JobStateError.self) {
      try await workshop.database.write {
        _ = try JobState.retry($0, FailureSelection(stage: "nubmers", standing: .failed))
      }
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

  @Test func `retry takes a class, an item or a stage, and nothing else`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 30 }", "s: { uses: squares, numbers: n, bad: 10 }",
      "t: { uses: squares, numbers: n, bad: 10, power: 3 }")
    try await workshop.run(file)
    func retried(_ selection: FailureSelection) throws -> [String] {
      try workshop.database.write { db in
        try db.execute(sql: "UPDATE item_state SET state = 'failed' WHERE state = 'pending'")
        try JobState.retry(db, selection)
        return try String.fetchAll(
          db, sql: "SELECT name FROM item_state WHERE state = 'pending' ORDER BY result_id, item_id")
      }
    }
    #expect(try retried(FailureSelection(errorClass: "other", standing: .failed)).isEmpty)
    #expect(try retried(FailureSelection(errorClass: "bad-number", standing: .failed)).count == 6)
    #expect(try retried(FailureSelection(stage: "t", standing: .failed)).count == 3)
    #expect(try retried(FailureSelection(stage: "s", item: "number 20", standing: .failed)) == ["number 20"])
    #expect(try retried(FailureSelection(item: "20", standing: .failed)).isEmpty, "not the end of a path")
  }

  @Test func `a forgiven item stays recorded and no longer counts against the run`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 30 }", "s: { uses: squares, numbers: n, bad: 15 }")
    try await workshop.run(file)
    let forgiven = try await workshop.database.write { db in
      try JobState.forgive(db, FailureSelection(item: "number 15"))
    }
    #expect(forgiven == 1)
    let status = try await workshop.database.read { try JobState.status($0) }
    #expect(status.last?.items == ItemCounts(done: 28, failed: 1, forgiven: 1))
    #expect(try await workshop.run(file).exit == .someFailed)
    #expect(
      try await workshop.database.write {
        try JobState.forgive($0, FailureSelection(errorClass: "bad-number"))
      }
        == 1)
    let faults = Faults()
    let report = try await workshop.run(file, faults: faults)
    #expect(report.exit == .done)
    #expect(report["s"]?.items == ItemCounts(done: 28, forgiven: 2), "neither done nor failed")
    #expect(faults.seen.withLock { $0.isEmpty }, "and not worked again")
    let listed = try await workshop.database.read { try JobState.failures($0) }
    #expect(listed.map(\.isForgiven) == [true, true])
    #expect(try workshop.integer("SELECT count(*) FROM square") == 28)

    try await workshop.database.write { db in
      try db.execute(sql: "UPDATE number SET edition = 2 WHERE value = 15")
    }
    #expect(
      try await workshop.run(file)["s"]?.items == ItemCounts(done: 28, failed: 1, forgiven: 1), "changed")
    let again = try await workshop.database.write { try JobState.retry($0, FailureSelection(standing: .any)) }
    #expect(again == 2, "forgiveness is taken back")
    #expect(try await workshop.run(file, faults: Faults(isCured: true))["s"]?.items == ItemCounts(done: 30))
  }

  @Test func `an item that has gone is forgotten with its failure`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 10 }", "s: { uses: squares, numbers: n, bad: 10 }")
    try await workshop.run(file)
    try await workshop.database.write { try $0.execute(sql: "DELETE FROM number WHERE value = 10") }
    try await workshop.run(file)
    let (failures, status) = try await workshop.database.read { db in
      (try JobState.failures(db), try JobState.status(db))
    }
    #expect(failures.isEmpty)
    #expect(status.last?.items == ItemCounts(done: 9))
  }

  @Test func `failures are counted by class, the most frequent first`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 30 }", "s: { uses: squares, numbers: n, bad: 10 }")
    try await workshop.run(file)
    let classes = try await workshop.database.write { db in
      try db.execute(sql: "UPDATE item_state SET error_class = 'rare' WHERE item_id = 20")
      return try JobState.failureClasses(db)
    }
    #expect(classes.map(\.errorClass) == ["bad-number", "rare"])
    #expect(classes.map(\.count) == [2, 1])
  }
}
