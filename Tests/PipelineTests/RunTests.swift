import Foundation
import GRDB
import Pipeline
import Synchronization
import Testing

@Suite struct `Running a pipeline` {
  @Test func `every stage runs after those it refers to, whatever the order of the file`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file("s: { uses: squares, numbers: n }", "n: { uses: numbers, count: 20 }")
    let report = try await workshop.run(file)
    #expect(report.stages.map(\.name) == ["n", "s"])
    #expect(report["n"]?.state == .done)
    #expect(report["s"]?.items == ItemCounts(done: 20, failed: 0))
    #expect(report.exit == .done)
    #expect(try workshop.integer("SELECT sum(value) FROM square") == 2870)
  }

  @Test func `a second run does nothing and still reports what stands`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 20 }", "s: { uses: squares, numbers: n, bad: 10 }")
    try await workshop.run(file)
    let faults = Faults()
    let report = try await workshop.run(file, faults: faults)
    #expect(report.stages.map(\.report.state) == [.current, .current])
    #expect(report["s"]?.items == ItemCounts(done: 18, failed: 2))
    #expect(report.exit == .someFailed, "failures that stand recorded count in every run")
    #expect(faults.seen.withLock { $0.isEmpty })
  }

  @Test func `one number added and one changed cost two items`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file("n: { uses: numbers, count: 1000 }", "s: { uses: squares, numbers: n }")
    try await workshop.run(file)
    try await workshop.database.write { db in
      try db.execute(sql: "INSERT INTO arrival VALUES (5000); UPDATE number SET edition = 2 WHERE value = 7")
    }
    let plan = try workshop.plan(file)
    #expect(plan.stage(named: "n")?.state == .stale)
    #expect(plan.stage(named: "n")?.reasons == ["1 numbers added"])
    #expect(plan.stage(named: "s")?.reasons == ["1 item to do", "stage n would run first"])
    let faults = Faults()
    let report = try await workshop.run(file, faults: faults)
    #expect(faults.seen.withLock { $0.joined().map(\.id).sorted() } == [7, 5000])
    #expect(report["s"]?.items == ItemCounts(done: 1001, failed: 0))
  }

  @Test func `an item that has gone counts neither as done nor as failed`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 10 }", "s: { uses: squares, numbers: n, bad: 10 }")
    #expect(try await workshop.run(file).exit == .someFailed)
    try await workshop.database.write { try $0.execute(sql: "DELETE FROM number WHERE value = 10") }
    let report = try await workshop.run(file)
    #expect(report["s"]?.items == ItemCounts(done: 9, failed: 0))
    #expect(report.exit == .done)
  }

  @Test(arguments: [1, 3, 7, 50])
  func `items of one grouping are never split over batches`(batch: Int) async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 5000 }",
      "s: { uses: squares, numbers: n, groups: 11, batch: \(batch) }")
    let faults = Faults()
    try await workshop.run(file, faults: faults)
    let batches = faults.seen.withLock { $0 }
    var batchOfGroup: [Int64: Int] = [:]
    for (number, items) in batches.enumerated() {
      for group in Set(items.compactMap(\.grouping)) {
        #expect(batchOfGroup.updateValue(number, forKey: group) == nil, "grouping \(group) was split")
      }
      #expect(items.count <= max(batch, 11))
    }
    #expect(batches.joined().count == 5000)
    #expect(Set(batches.joined().map(\.id)).count == 5000)
  }

  @Test(arguments: [1, 2, 4])
  func `batches dwindle to a quarter towards the end, so that workers end together`(threads: Int) async throws
  {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 500 }", "s: { uses: squares, numbers: n, batch: 16 }")
    let faults = Faults()
    try await workshop.run(file, threads: threads, faults: faults)
    // As they were cut: workers begin them in about that order.
    let sizes = faults.seen.withLock { $0 }.sorted { $0[0].id < $1[0].id }.map(\.count)
    #expect(sizes.reduce(0, +) == 500)
    let whole = sizes.prefix { $0 == 16 }.count * 16
    #expect(whole >= 500 - 2 * threads * 16 - 16)
    let last = sizes.suffix(2 * threads)
    #expect(last.allSatisfy { threads == 1 ? $0 == 16 || $0 == 500 % 16 : $0 <= 4 }, "\(sizes)")
    #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 >= $1 }, "\(sizes)")
  }

  @Test func `even a few items are shared among workers`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 10 }", "s: { uses: squares, numbers: n, batch: 16 }")
    let faults = Faults()
    try await workshop.run(file, threads: 2, faults: faults)
    #expect(faults.seen.withLock { $0.map(\.count).sorted() } == [2, 4, 4])
  }

  @Test func `progress ends at the total`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 200 }", "s: { uses: squares, numbers: n, bad: 100 }")
    let events = Mutex<[ProgressEvent]>([])
    try await workshop.run(file) { event in events.withLock { $0.append(event) } }
    let all = events.withLock { $0 }
    #expect(all.contains(.stageStarted(stage: "s", uses: "squares", reasons: ["not run yet"], pending: 200)))
    #expect(all.contains(.advanced(stage: "s", done: 198, failed: 2, total: 200)))
    guard case .stageFinished(stage: "s", let report)? = all.last else {
      Issue.record("the last event is not the end of s")
      return
    }
    #expect(report.items == ItemCounts(done: 198, failed: 2))
  }

  @Test func `a hundred thousand items are worked once each`() async throws {
    let workshop = try Workshop()
    let file = try workshop.file(
      "n: { uses: numbers, count: 100000 }", "s: { uses: squares, numbers: n, batch: 64 }")
    let report = try await workshop.run(file)
    #expect(report["s"]?.items == ItemCounts(done: 100_000, failed: 0))
    #expect(try workshop.integer("SELECT count(*) FROM item_state WHERE attempts = 1") == 100_000)
    #expect(try workshop.integer("SELECT sum(value) FROM square") == 333_338_333_350_000)
  }

  @Test func `the report is JSON of the promised shape`() async throws {
    let workshop = try Workshop()
    let report = try await workshop.run(try workshop.file("n: { uses: numbers, count: 2 }"))
    let data = try JSONEncoder().encode(report)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(Set(object.keys) == ["stages", "exit"])
    #expect(object["exit"] as? Int == 0)
    let stage = try #require((object["stages"] as? [String: [String: Any]])?["n"])
    #expect(Set(stage.keys) == ["uses", "state", "items", "seconds", "reasons"])
    #expect(stage["items"] as? [String: Int] == ["done": 2, "failed": 0])
    #expect(stage["state"] as? String == "done")
    #expect(stage["reasons"] as? [String] == ["not run yet"])
    #expect(try JSONDecoder().decode(RunReport.self, from: data) == report)
  }
}
