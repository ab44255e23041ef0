import Foundation
import GRDB
import Testing

@testable import Pipeline

@Suite struct `The record of runs` {
  @Test func `tells the command, the parameters, the machine, and what each stage did`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "s: { uses: squares, numbers: n, bad: 100, power: 3, sample: { numbers: n } }",
      "n: { uses: numbers, count: 250 }")
    let report = try await workshop.run(file)
    let run = try await workshop.database.read { try RunHistory.find($0, id: nil) }
    #expect(run.summary.id == report.run)
    #expect(run.summary.outcome == .someFailed)
    #expect(run.summary.command == CommandLine.arguments)
    #expect(run.summary.pipeline == file.path)
    #expect(run.parameters["s"]?["power"] == "3")
    #expect(run.parameters["s"]?["scale"] == "1", "with its default where the file says nothing")
    #expect(run.parameters["s"]?["sample.numbers"] == "n")
    #expect(run.versions["sqlite"] != nil)
    #expect(run.machine == .current)
    #expect(run.threads == 2)
    #expect(run.stages.map(\.name) == ["n", "s"])
    #expect(run.stages.map(\.needs) == [[], ["n"]])
    let squares = try #require(run.stages.last)
    #expect(squares.state == .done)
    #expect(squares.worked == ItemCounts(done: 248, failed: 2))
    #expect(squares.pending == 250)
    #expect(squares.rate ?? 0 > 0)
    #expect(Set(squares.steps.map(\.name)) == ["list", "prepare", "write"])
    #expect(squares.steps.first { $0.name == "write" }?.count == 250)
    #expect(squares.samples.last == squares.samples.max { $0.done < $1.done })
    #expect(squares.samples.last?.done == 248)
  }

  @Test func `counts failures by class with a few examples`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 100 }", "s: { uses: squares, numbers: n, bad: 5 }")
    try await workshop.run(file)
    let run = try await workshop.database.read { try RunHistory.find($0, id: nil) }
    let failures = try #require(run.stages.last?.failures)
    #expect(failures.map(\.errorClass) == ["bad-number"])
    #expect(failures.map(\.count) == [20])
    #expect(failures[0].examples.count == 5)
    #expect(
      failures[0].examples.contains(.init(item: "number 5", message: "5 is a multiple of 5")))
  }

  @Test func `a run that found nothing to do is recorded with what stood`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 10 }", "s: { uses: squares, numbers: n, bad: 10 }")
    try await workshop.run(file)
    try await workshop.run(file)
    let run = try await workshop.database.read { try RunHistory.find($0, id: nil) }
    #expect(run.summary.id == 2)
    #expect(run.summary.outcome == .someFailed, "the failure stands")
    #expect(run.summary.worked == ItemCounts())
    #expect(run.stages.map(\.state) == [.current, .current])
    #expect(run.stages.last?.standing == ItemCounts(done: 9, failed: 1))
  }

  @Test func `a run that was stopped counts what it did itself, and so does the one that goes on`()
    async throws
  {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 400 }", "s: { uses: squares, numbers: n, batch: 10 }")
    try await workshop.run(file, threads: 1, faults: Faults(stoppingBatch: 4))
    try await workshop.run(file)
    let (stopped, finished) = try await workshop.database.read {
      (try RunHistory.find($0, id: 1), try RunHistory.find($0, id: 2))
    }
    #expect(stopped.summary.outcome == .interrupted)
    #expect(stopped.stages.last?.state == .stopped)
    #expect(finished.summary.outcome == .done)
    let first = try #require(stopped.stages.last?.worked.done)
    #expect((1..<400).contains(first))
    #expect(finished.stages.last?.worked.done == 400 - first)
    #expect(finished.stages.last?.pending == 400 - first)
    #expect(finished.stages.last?.standing?.done == 400)
  }

  @Test func `stages that could not finish, and those behind them, say why`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file("n: { uses: numbers, count: 10 }", "s: { uses: squares, numbers: n }")
    try await workshop.run(file, faults: Faults(numbersThrow: true))
    let run = try await workshop.database.read { try RunHistory.find($0, id: nil) }
    #expect(run.summary.outcome == .unfinished)
    #expect(run.stages.map(\.state) == [.failed, .skipped])
    #expect(run.stages.map(\.reasons) == [["the numbers ran out"], ["not run: stage n did not finish"]])
  }

  @Test func `a batch that could not be committed counts for nothing`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 500 }", "s: { uses: squares, numbers: n, batch: 50 }")
    try await workshop.run(file, threads: 1, faults: Faults(throwingCommit: 2))
    let run = try await workshop.database.read { try RunHistory.find($0, id: nil) }
    #expect(run.stages.last?.state == .failed)
    let states = try workshop.integer("SELECT count(*) FROM item_state")
    #expect(states > 0)
    #expect(run.stages.last?.worked.done == states)
  }

  @Test func `a run whose process has ended without a word was killed, and so the next run writes it`()
    async throws
  {
    let workshop = try Workshop()
    let file = try workshop.file("n: { uses: numbers, count: 10 }")
    try await workshop.run(file)
    // As a kill leaves it, by a process that is no more: this one's number, started at another time.
    try await workshop.database.write { db in
      let host = Machine.current.host
      try db.execute(
        sql:
          "UPDATE run SET outcome = NULL, finished = NULL, process = json_object('number', ?, 'host', ?, 'started', '1')",
        arguments: [ProcessInfo.processInfo.processIdentifier, host])
      try db.execute(sql: "UPDATE run_stage SET state = 'running'")
    }
    let killed = try await workshop.database.read { try RunHistory.list($0) }
    #if os(Linux)
      #expect(killed.map(\.outcome) == [.killed])
    #endif
    #expect(killed.first?.finished == nil)
    let stages = try await workshop.database.read { try RunHistory.find($0, id: 1).stages }
    #expect(stages.map(\.state) == [.killed])
    try await workshop.run(file)
    let runs = try await workshop.database.read { try RunHistory.list($0) }
    #expect(runs.map(\.outcome) == [.done, .killed])
    #expect(runs.map(\.id) == [2, 1])
  }

  @Test func `a run at work shows as running, with what it has committed`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 1000 }", "s: { uses: squares, numbers: n, batch: 100 }")
    let database = workshop.database
    let seen = Box<[RunRecord]>([])
    try await workshop.run(file) { event in
      guard case .advanced(stage: "s", 1..., _, _) = event else { return }
      // A reader beside the run.
      if let run = try? database.read({ try RunHistory.find($0, id: nil) }) { seen.value.append(run) }
    }
    let middle = try #require(seen.value.first)
    #expect(middle.summary.outcome == .running)
    #expect(middle.stages.last?.state == .running)
    #expect((middle.stages.last?.worked.done ?? 0) > 0)
  }

  @Test func `pages of runs go from the newest to the oldest`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file("n: { uses: numbers, count: 1 }")
    for _ in 1...5 { try await workshop.run(file) }
    let pages = try await workshop.database.read { db in
      [try RunHistory.list(db, limit: 2), try RunHistory.list(db, before: 4, limit: 2)]
    }
    #expect(pages.map { $0.map(\.id) } == [[5, 4], [3, 2]])
  }

  @Test func `asking for a run that is not there says which there are`() async throws {
    let workshop = try Workshop()
    await #expect(throws: RunHistoryError.noRuns) {
      try await workshop.database.read { _ = try RunHistory.find($0, id: nil) }
    }
    try await workshop.run(try workshop.file("n: { uses: numbers, count: 1 }"))
    await #expect(throws: RunHistoryError.unknownRun(9, last: 1)) {
      try await workshop.database.read { _ = try RunHistory.find($0, id: 9) }
    }
  }

  @Test func `a curve has no more points than a page of numbers, whatever the length of the run`() {
    var samples = ThroughputSamples(interval: 1)
    for second in 0..<100_000 {
      samples.take(ThroughputSample(seconds: Double(second), done: second, failed: 0))
    }
    samples.end(ThroughputSample(seconds: 100_000, done: 100_000, failed: 0))
    #expect(samples.samples.count <= ThroughputSamples.most + 1)
    #expect(samples.samples.count > ThroughputSamples.most / 3)
    #expect(samples.samples.first?.done == 0)
    #expect(samples.samples.last?.done == 100_000)
    let gaps = zip(samples.samples.dropFirst(), samples.samples).dropLast().map { $0.seconds - $1.seconds }
    #expect(Set(gaps).count <= 2, "evenly spread")
  }
}

/// A value that callbacks of one run, which come one after another, write.
private final class Box<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
