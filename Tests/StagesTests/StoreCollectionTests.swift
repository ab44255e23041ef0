import FeatureStore
import Foundation
import GRDB
import Pipeline
import TestSupport
import Testing

@testable import Stages

@Suite struct `Collecting garbage` {
  private func collect(_ workshop: Workshop, forgetting names: [String] = []) async throws -> Garbage {
    let store = try StoreFile.open(workshop.storePath, mode: .readWrite)
    defer { try? StoreFile.close(store) }
    return try await StoreCollection(store).run(forgetting: names)
  }

  private func kinds(_ garbage: Garbage) -> [String: Int] {
    Dictionary(grouping: garbage.entries, by: \.kind.rawValue).mapValues(\.count)
  }

  private func size(_ workshop: Workshop) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: workshop.storePath)[.size] as? Int ?? 0
  }

  @Test func `takes nothing from a store in which every result has its name`() async throws {
    let workshop = try Workshop()
    try await workshop.run()
    let digest = try workshop.digest()
    let garbage = try await collect(workshop)
    #expect(garbage.entries.isEmpty)
    #expect(try workshop.digest() == digest)
    #expect(try workshop.plan().stages.allSatisfy { $0.state == .current })
  }

  @Test func `removes an old network with its vectors, gives the room back, and leaves all else current`()
    async throws
  {
    let workshop = try Workshop(images: 200)
    try workshop.folder.write("other.onnx", GeneratedONNX.bytes(seed: 5))
    try await workshop.run(["network.model=other.onnx"])
    try await workshop.run()
    let fresh = try Workshop(images: 200)
    try await fresh.run()
    let before = try size(workshop)
    let garbage = try await collect(workshop)
    #expect(kinds(garbage) == ["results": 3, "space": 1, "network": 1])
    #expect(garbage.entries.first { $0.kind == .space }?.rows == 200)
    #expect(try size(workshop) < before)
    #expect(try workshop.read { db in try Int.fetchOne(db, sql: "PRAGMA freelist_count") } == 0)
    #expect(try workshop.digest() == fresh.digest(), "as if the other network had never been")
    #expect(try StoreCheck(workshop.storePath).problems.isEmpty)
    #expect(try workshop.plan().stages.allSatisfy { $0.state == .current })
    #expect(try await collect(workshop).entries.isEmpty)
    // The old result is made again, and not taken for one that is there.
    let again = try await workshop.run(["network.model=other.onnx"])
    #expect(again.exit == .done && again["embedding"]?.items.done == 200)
    #expect(try StoreCheck(workshop.storePath).problems.isEmpty)
  }

  @Test func `takes what is left of gone and changed images, and their coming back is work again`()
    async throws
  {
    let workshop = try Workshop()
    try await workshop.run()
    for index in [4, 8, 12] {
      try FileManager.default.removeItem(atPath: workshop.folder.path("images/" + Workshop.path(index)))
    }
    try workshop.addImage(5, seed: 1_005)
    try await workshop.run()
    let fresh = try Workshop(images: 24)
    try fresh.addImage(5, seed: 1_005)
    let dry = try workshop.read { db in try Garbage(db) }
    let garbage = try await collect(workshop)
    #expect(dry.entries == garbage.entries)
    #expect(garbage.entries.first { $0.kind == .goneImages }?.rows == 3)
    #expect(garbage.entries.first { $0.kind == .vectors }?.rows == 4)
    #expect(try StoreCheck(workshop.storePath).problems.isEmpty)
    #expect(try workshop.plan().stages.allSatisfy { $0.state == .current }, "the index too")
    for index in [4, 8, 12] { try workshop.addImage(index) }
    let worked = Counter()
    let report = try await workshop.run { event in
      if case .stageStarted("embedding", _, _, let pending) = event { worked.add(pending ?? 0) }
    }
    #expect(worked.value == 3 && report.exit == .done)
    try await fresh.run()
    #expect(try StoreCheck(workshop.storePath).vectors == 24)
    #expect(try workshop.digest() == fresh.digest())
  }

  /// An id that was in use must never come back with another meaning.
  @Test func `the last image gone and another come in its place is work, not taken for done`() async throws {
    let workshop = try Workshop(images: 6)
    try await workshop.run()
    for round in 0..<3 {
      try FileManager.default.removeItem(atPath: workshop.folder.path("images/" + Workshop.path(5 + round)))
      try await workshop.run()
      _ = try await collect(workshop)
      try workshop.addImage(6 + round, seed: 500 + round)
      let report = try await workshop.run()
      #expect(report.exit == .done && report["embedding"]?.items.done == 6)
      let check = try StoreCheck(workshop.storePath)
      #expect(check.problems.isEmpty && check.doneItems == 6, "\(check.problems)")
    }
  }

  @Test func `a stage that is forgotten loses what only it stood for`() async throws {
    let workshop = try Workshop()
    try await workshop.run()
    try await workshop.run(["network.precision=float32"])
    let before = try workshop.read { db in try NetworkRecord.all(in: db).count }
    #expect(before == 2)
    let garbage = try await collect(
      workshop, forgetting: ["index", "embedding", "network", "photos", "taxonomy"])
    #expect(kinds(garbage)["corpus"] == 1 && kinds(garbage)["taxonomy"] == 1 && kinds(garbage)["space"] == 2)
    try workshop.read { db throws in
      for table in ["image", "content", "feature", "prediction", "network", "synset", "space", "item_state"] {
        let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? -1
        #expect(rows <= (table == "content" ? 1 : 0), "\(table) has \(rows)")
      }
    }
    #expect(try StoreCheck(workshop.storePath).problems.isEmpty)
    #expect(try await workshop.run().exit == .done)
    await #expect(throws: JobStateError.self) { try await collect(workshop, forgetting: ["embeding"]) }
  }

  @Test func `while a stage is not finished, no vectors go`() async throws {
    let workshop = try Workshop()
    try await workshop.run()
    let control = RunControl()
    try await workshop.run(["embedding.layer=logits"], control: control) { event in
      if case .stageStarted("embedding", _, _, _) = event { control.requestStop() }
    }
    let garbage = try await collect(workshop)
    #expect(garbage.unfinished == ["embedding"])
    #expect(kinds(garbage)["space"] == nil)
    #expect(try await workshop.run().exit == .done)
    #expect(try StoreCheck(workshop.storePath).problems.isEmpty)
  }

  @Test func `a stop between two transactions leaves a store that is whole, and the next goes on`()
    async throws
  {
    let workshop = try Workshop()
    try await workshop.run()
    try await workshop.run(["embedding.layer=logits"])
    let store = try StoreFile.open(workshop.storePath, mode: .readWrite)
    let control = RunControl()
    control.requestStop()
    await #expect(throws: RunStopped.self) { try await StoreCollection(store, control: control).run() }
    try StoreFile.close(store)
    #expect(try StoreCheck(workshop.storePath).problems.isEmpty)
    #expect(try await collect(workshop).entries.contains { $0.kind == .space })
  }
}
