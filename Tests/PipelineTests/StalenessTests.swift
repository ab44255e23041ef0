import Foundation
import GRDB
import Pipeline
import TestSupport
import Testing

@Suite struct `Staleness` {
  static let numbers = "n: { uses: numbers, count: 12 }"

  @Test func `before anything ran every stage is new, and planning needs no store and writes none`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("p.yaml", "store: s.sqlite\nstages:\n  n: { uses: numbers }\n")
    let file = try PipelineFile.load(path, registry: Workshop.registry)
    let plan = try Planner(file).plan(database: nil)
    #expect(plan.stage(named: "n")?.state == .new)
    #expect(plan.stage(named: "n")?.reasons == ["not run yet"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["p.yaml"])
  }

  /// Every parameter of the toy kinds, changed alone.
  @Test(arguments: [
    ("power: 3", "parameter power: 2 -> 3"),
    ("scale: 2.5", "parameter scale: 1 -> 2.5"),
    ("rounding: down", "parameter rounding: up -> down"),
    ("exact: no", "parameter exact: true -> false"),
    ("note: hi", "parameter note: (none) -> hi"),
    ("bad: 6", "parameter bad: 0 -> 6"),
    ("groups: 2", "parameter groups: 0 -> 2"),
    ("sample: { numbers: n }", "parameter sample: (none) -> given"),
  ])
  func `a parameter that changes the result makes its stage stale, and says so`(
    written: String, reason: String
  ) async throws {
    let workshop = try Workshop()
    let before = try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }")
    try await workshop.run(before)
    let plan = try workshop.plan(
      try workshop.file(Self.numbers, "s: { uses: squares, numbers: n, \(written) }"))
    #expect(plan.stage(named: "n")?.state == .current)
    #expect(plan.stage(named: "s")?.state == .stale)
    #expect(plan.stage(named: "s")?.reasons.first == reason)
    #expect(plan.stage(named: "s")?.items.pending == 12)
  }

  @Test(arguments: [
    "s: { uses: squares, numbers: n, batch: 99 }",
    "s: { numbers: n, uses: squares } # a comment",
    "s: { uses: squares, numbers: n, power: 2, scale: 1e0, exact: yes }",
    "s:\n    uses: \"squares\"\n    numbers: 'n'",
  ])
  func `nothing else does`(stage: String) async throws {
    let workshop = try Workshop()
    try await workshop.run(try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }"))
    let plan = try workshop.plan(try workshop.file(stage, Self.numbers))
    #expect(plan.stages.map(\.state) == [.current, .current])
    #expect(plan.stages.allSatisfy { $0.reasons.isEmpty })
  }

  @Test func `a group's own unimportant parameters count for nothing either`() async throws {
    let workshop = try Workshop()
    let sample = { (inside: String) in "s: { uses: squares, numbers: n, sample: { numbers: n\(inside) } }" }
    try await workshop.run(try workshop.file(Self.numbers, sample("")))
    let same = try workshop.plan(try workshop.file(Self.numbers, sample(", size: 3, patience: 9")))
    #expect(same.stage(named: "s")?.state == .current)
    let other = try workshop.plan(try workshop.file(Self.numbers, sample(", size: 4")))
    #expect(other.stage(named: "s")?.reasons == ["parameter sample.size: 3 -> 4"])
  }

  @Test func `a damaged record of the last run is told, and not taken for an empty one`() async throws {
    let workshop = try Workshop()
    let before = try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }")
    try await workshop.run(before)
    try await workshop.database.write { db in
      try db.execute(sql: "UPDATE pipeline_stage SET components = '[{' WHERE name = 's'")
    }
    #expect(try workshop.plan(before).stage(named: "s")?.state == .current, "the result itself is whole")
    let after = try workshop.file(Self.numbers, "s: { uses: squares, numbers: n, power: 3 }")
    #expect(throws: PlanningError.damagedRecord(stage: "s")) { try workshop.plan(after) }
  }

  @Test func `a renamed stage finds its result`() async throws {
    let workshop = try Workshop()
    try await workshop.run(try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }"))
    let plan = try workshop.plan(
      try workshop.file("m: { uses: numbers, count: 12 }", "t: { uses: squares, numbers: m }"))
    #expect(plan.stages.map(\.state) == [.current, .current])
  }

  @Test func `a change above makes what refers to it stale, and names it`() async throws {
    let workshop = try Workshop()
    try await workshop.run(try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }"))
    let plan = try workshop.plan(
      try workshop.file("n: { uses: numbers, count: 13 }", "s: { uses: squares, numbers: n }"))
    #expect(plan.stage(named: "n")?.reasons == ["parameter count: 12 -> 13"])
    #expect(plan.stage(named: "s")?.state == .stale)
    #expect(plan.stage(named: "s")?.reasons == ["numbers: stage n changed"])
  }

  @Test func `switching a parameter back finds the old result at once`() async throws {
    let workshop = try Workshop()
    let before = try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }")
    try await workshop.run(before)
    try await workshop.run(try workshop.file(Self.numbers, "s: { uses: squares, numbers: n, power: 3 }"))
    let again = try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }")
    #expect(try workshop.plan(again).stage(named: "s")?.state == .current)
    let faults = Faults()
    let report = try await workshop.run(again, faults: faults)
    #expect(report["s"]?.state == .current)
    #expect(faults.seen.withLock { $0.isEmpty })
    let status = try await workshop.database.read { try JobState.status($0) }
    #expect(status.last?.fingerprint == (try workshop.plan(again).stage(named: "s")?.identity.fingerprint))
  }

  @Test func `a file counts by its contents, not by its path or its time`() async throws {
    let workshop = try Workshop()
    try workshop.folder.write("a.txt", "one")
    let stage = "n: { uses: numbers, from: a.txt }"
    try await workshop.run(try workshop.file(stage))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -5000)], ofItemAtPath: workshop.folder.path("a.txt"))
    #expect(try workshop.plan(try workshop.file(stage)).stage(named: "n")?.state == .current)
    try workshop.folder.write("elsewhere/b.txt", "one")
    let moved = try workshop.file("n: { uses: numbers, from: elsewhere/b.txt }")
    #expect(try workshop.plan(moved).stage(named: "n")?.state == .current)
    try workshop.folder.write("a.txt", "two")
    let plan = try workshop.plan(try workshop.file(stage))
    #expect(plan.stage(named: "n")?.reasons == ["from: contents changed (a.txt)"])
  }

  /// The second plan believes the remembered digest: told by a file whose contents changed behind its back.
  @Test func `a file's digest is remembered by size, time and inode`() async throws {
    let workshop = try Workshop()
    let path = try workshop.folder.write("a.txt", "one")
    let old: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)]
    try FileManager.default.setAttributes(old, ofItemAtPath: path)
    let file = try workshop.file("n: { uses: numbers, from: a.txt }")
    try await workshop.run(file)
    #expect(try workshop.integer("SELECT count(*) FROM file_digest") == 1)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.write(contentsOf: Array("two".utf8))
    try handle.close()
    #expect(try workshop.plan(file).stage(named: "n")?.state == .stale)
    try FileManager.default.setAttributes(old, ofItemAtPath: path)
    #expect(try workshop.plan(file).stage(named: "n")?.state == .current)
  }

  @Test func `a clock that jumps makes nothing stale and hides no change`() async throws {
    let workshop = try Workshop()
    let path = try workshop.folder.write("a.txt", "one")
    let future: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSinceNow: 86_400)]
    try FileManager.default.setAttributes(future, ofItemAtPath: path)
    let file = try workshop.file(
      "n: { uses: numbers, from: a.txt }", "s: { uses: squares, numbers: n, bad: 5 }")
    try await workshop.run(file)
    #expect(try workshop.plan(file).stages.allSatisfy { $0.state == .current })
    // States written by a clock that was a century ahead, or that began anew in 1970.
    for moment in ["4900000000", "0"] {
      try await workshop.database.write { db in
        try db.execute(sql: "UPDATE item_state SET updated = \(moment)")
        try db.execute(sql: "UPDATE stage_result SET started = '1970-01-01T00:00:00Z', finished = NULL")
      }
      #expect(try workshop.plan(file).stages.allSatisfy { $0.state == .current })
      #expect(try await workshop.database.write { try JobState.retry($0) } == 2)
      #expect(try await workshop.run(file)["s"]?.items == ItemCounts(done: 8, failed: 2))
    }
    // A file of the future that changes within its time's grain: such a time is not believed.
    try workshop.folder.write("a.txt", "two")
    try FileManager.default.setAttributes(future, ofItemAtPath: path)
    #expect(try workshop.plan(file).stage(named: "n")?.state == .stale)
  }

  @Test func `a plan as JSON has state, reasons and items by stage`() async throws {
    let workshop = try Workshop()
    let plan = try workshop.plan(try workshop.file(Self.numbers, "s: { uses: squares, numbers: n }"))
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(plan)) as? [String: Any]
    let stages = try #require(object?["stages"] as? [String: [String: Any]])
    #expect(stages["s"]?["state"] as? String == "new")
    #expect(stages["s"]?["reasons"] as? [String] == ["not run yet"])
    #expect(stages["s"]?["items"] as? [String: Int] == ["done": 0, "failed": 0, "pending": 0])
  }
}
