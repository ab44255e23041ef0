import GRDB
import Pipeline
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Interruptions` {
  static let stages = [
    "n: { uses: numbers, count: 300 }", "s: { uses: squares, numbers: n, bad: 29, batch: 7 }",
  ]

  static func undisturbed() async throws -> [String] {
    let workshop = try Workshop()
    let file = try workshop.file(stages[0], stages[1])
    #expect(try await workshop.run(file).exit == .someFailed)
    return try workshop.rows()
  }

  @Test func `a stop at any batch keeps what was worked, and a rerun gives the rows of an undisturbed run`()
    async throws
  {
    let expected = try await Self.undisturbed()
    for batch in 1...43 {
      let workshop = try Workshop()
      let file = try workshop.file(Self.stages[0], Self.stages[1])
      let faults = Faults(stoppingBatch: batch)
      let report = try await workshop.run(file, faults: faults)
      let kept = try workshop.integer("SELECT count(*) FROM item_state")
      let begun = faults.seen.withLock { $0 }
      #expect(begun.count >= batch)
      #expect(
        kept == begun.joined().count, "batch \(batch) and what was in hand were committed")
      if kept < 300 {
        #expect(report["s"]?.state == .failed)
        #expect(report["s"]?.reasons == ["stopped when asked; run again to go on"])
        #expect(report.isInterrupted)
        #expect(report.exit == .unfinished)
        let planned = try workshop.plan(file).stage(named: "s")
        #expect(planned?.state == .incomplete)
        #expect(planned?.items.pending == 300 - kept)
        #expect(planned?.reasons == ["interrupted: \(kept) of 300 items worked"])
      }
      #expect(try await workshop.run(file).exit == .someFailed)
      #expect(try workshop.rows() == expected)
      #expect(try workshop.integer("SELECT max(attempts) FROM item_state") == 1, "no item was worked twice")
    }
  }

  @Test(arguments: 1...4)
  func `a commit that fails keeps nothing of its batch, and a rerun finishes`(commit: Int) async throws {
    let workshop = try Workshop()
    let file = try workshop.file(Self.stages[0], Self.stages[1])
    let report = try await workshop.run(file, threads: 2, faults: Faults(throwingCommit: commit))
    #expect(report["s"]?.state == .failed)
    #expect(report["s"]?.reasons.first?.hasPrefix("the disk is full: free some space and run again") == true)
    #expect(report.exit == .unfinished)
    #expect(
      try workshop.integer("SELECT count(*) FROM square")
        == workshop.integer("SELECT count(*) FROM item_state WHERE state = 'done'"))
    #expect(try await workshop.run(file).exit == .someFailed)
    #expect(try workshop.rows() == (try await Self.undisturbed()))
  }

  @Test(arguments: [1, 2, 20, 43], [1, 2, 5])
  func `a worker that throws ends the run, and what others finished is kept`(batch: Int, threads: Int)
    async throws
  {
    let workshop = try Workshop()
    let file = try workshop.file(Self.stages[0], Self.stages[1])
    let faults = Faults(throwingBatch: batch)
    let report = try await workshop.run(file, threads: threads, faults: faults)
    #expect(report["s"]?.reasons == ["the machine broke"])
    #expect(report.exit == .unfinished)
    let kept = try workshop.integer("SELECT count(*) FROM item_state")
    let begun = faults.seen.withLock { $0 }
    #expect(
      kept >= begun.prefix(max(0, batch - threads)).joined().count, "what was not in hand is kept")
    #expect(kept < 300)
    #expect(try await workshop.run(file).exit == .someFailed)
    #expect(try workshop.rows() == (try await Self.undisturbed()))
  }

  @Test func `after a stop the stages that follow are not reached`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file("a: { uses: numbers }", "b: { uses: numbers, count: 3 }")
    let control = RunControl()
    let report = try await workshop.run(file, control: control) { event in
      if case .stageFinished(stage: "a", _) = event { control.requestStop() }
    }
    #expect(report["a"]?.state == .done)
    #expect(report["b"]?.state == .failed)
    #expect(report["b"]?.reasons == ["not reached: the run was stopped"])
    #expect(report.isInterrupted)
  }
}
