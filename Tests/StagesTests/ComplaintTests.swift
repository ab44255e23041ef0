import FeatureStore
import Foundation
import GRDB
import Pipeline
import TestSupport
import Testing

@testable import Stages

/// What users of batch tools complain about; those that need a process to be killed are in `KilledRunTests`.
@Suite struct `What users of batch tools complain about` {
  private func broken(_ workshop: Workshop, _ name: String = "n02084071/broken.png") throws {
    try workshop.folder.write("images/" + name, Array(GeneratedPNG.bytes(seed: 90).prefix(900)))
  }

  /// img2dataset#395, #333
  @Test func `1 failed items hide inside done shards and can't be retried`() async throws {
    let workshop = try Workshop()
    try broken(workshop)
    let report = try await workshop.run()
    #expect(report["embedding"]?.items == ItemCounts(done: 24, failed: 1))
    #expect(report.exit == .someFailed, "and every run says so")
    #expect(try await workshop.run().exit == .someFailed)
    let store = try StoreFile.open(workshop.storePath, mode: .beside)
    #expect(try await store.write { try JobState.retry($0) } == 1)
    try StoreFile.close(store)
    let worked = Counter()
    try await workshop.run { event in
      if case .stageStarted("embedding", _, _, let pending) = event { worked.add(pending ?? 0) }
    }
    #expect(worked.value == 1, "the failed one and no other")
  }

  /// clip-retrieval#257, DALI#3913: for JPEG see `KilledRunTests`.
  @Test(arguments: [8, 60, 900, 6_900])
  func `4 one truncated image hangs the run, kills it, drops its batch or is padded with grey`(bytes: Int)
    async throws
  {
    let workshop = try Workshop()
    try workshop.folder.write("images/n02084071/00.png", Array(GeneratedPNG.bytes(seed: 90).prefix(bytes)))
    let report = try await workshop.run(["embedding.batch=25"])
    #expect(report["embedding"]?.items == ItemCounts(done: 24, failed: 1))
    #expect(try workshop.read { db in try SpaceRecord.resolve(nil, in: db).vectorCount } == 24)
  }

  @Test func `5 corrupt items are recorded as done, so never retried`() async throws {
    let workshop = try Workshop()
    try broken(workshop)
    try await workshop.run()
    let state = try workshop.read { db in
      try String.fetchAll(db, sql: "SELECT state || ' ' || error_class FROM item_state WHERE state <> 'done'")
    }
    #expect(state == ["failed truncated"])
    try workshop.folder.write("images/n02084071/broken.png", GeneratedPNG.bytes(seed: 90))
    #expect(try await workshop.run()["embedding"]?.items == ItemCounts(done: 25))
  }

  /// snakemake#2126, dvc#7681: a plan that reads every image takes hours.
  @Test func `7 planning reads everything again`() async throws {
    let workshop = try Workshop()
    let path = workshop.folder.path("images/" + Workshop.path(0))
    let time: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)]
    try FileManager.default.setAttributes(time, ofItemAtPath: path)
    try await workshop.run()
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    try Data(count: size).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes(time, ofItemAtPath: path)
    #expect(try workshop.plan().stage(named: "photos")?.state == .current, "by name, size and time alone")
  }

  /// snakemake#1694
  @Test func `8 an irrelevant change invalidates everything`() async throws {
    let workshop = try Workshop()
    try await workshop.run()
    let rewritten =
      "# moved here\nstages:\n"
      + Workshop.pipeline.split(separator: "\n").dropFirst(2).map { "  \($0)   # a comment\n" }.joined()
      + "store:   \"./store.sqlite\"\nmax_failures: 5%\n"
    try workshop.folder.write("pipeline.yaml", rewritten)
    for file in ["tiny.onnx", "structure.xml"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -90_000)], ofItemAtPath: workshop.folder.path(file))
    }
    try FileManager.default.moveItem(
      atPath: workshop.folder.path("tiny.onnx"), toPath: workshop.folder.path("moved.onnx"))
    let plan = try workshop.plan(["network.model=moved.onnx", "embedding.batch=3", "embedding.max_seconds=9"])
    #expect(plan.stages.allSatisfy { $0.state == .current }, "\(plan.stages.map(\.reasons))")
  }

  /// snakemake#3808, luigi#2112
  @Test func `9 a failed output is recorded as complete, or success reported though nothing was written`()
    async throws
  {
    let workshop = try Workshop()
    let report = try await workshop.run(["network.labels=ilsvrc2012"])
    #expect(report["network"]?.state == .failed && report["embedding"]?.state == .failed)
    #expect(report.exit == .unfinished)
    let plan = try workshop.plan(["network.labels=ilsvrc2012"])
    #expect(plan.stage(named: "network")?.state == .incomplete)
    #expect(
      plan.stage(named: "network")?.reasons.first?.hasPrefix("not finished: There are 1000 labels") == true)

    #expect(try await workshop.run().exit == .done)
    let queue = try DatabaseQueue(path: workshop.storePath)
    try await queue.write { db in try db.execute(sql: "DELETE FROM feature WHERE content_id = 2") }
    try queue.close()
    #expect(!(try StoreCheck(workshop.storePath).isWhole), "what counts as done is looked for")
  }

  /// nextflow#7471, dvc#8647
  @Test func `10 the run succeeds though its state could not be written, or one failure stops all`()
    async throws
  {
    let workshop = try Workshop()
    try broken(workshop)
    let store = try StoreFile.open(workshop.storePath, mode: .create)
    try await store.write { db in
      try db.execute(
        sql: """
          CREATE TRIGGER full BEFORE INSERT ON item_state WHEN (SELECT count(*) FROM item_state) > 7
          BEGIN SELECT raise(ABORT, 'no room'); END
          """)
    }
    try StoreFile.close(store)
    let report = try await workshop.run(["embedding.batch=1"], threads: 1)
    #expect(report.exit == .unfinished && report["embedding"]?.reasons.first?.contains("no room") == true)
    let (vectors, states) = try workshop.read { db in
      (
        try Int.fetchOne(db, sql: "SELECT count(*) FROM feature"),
        try Int.fetchOne(db, sql: "SELECT count(*) FROM item_state WHERE state = 'done'")
      )
    }
    #expect(vectors == states, "rows and states commit together or not at all")
    let again = try StoreFile.open(workshop.storePath, mode: .readWrite)
    try await again.write { db in try db.execute(sql: "DROP TRIGGER full") }
    try StoreFile.close(again)
    #expect(try await workshop.run()["embedding"]?.items == ItemCounts(done: 24, failed: 1))
  }

  @Test func `11 vectors of two models of the same dimension mix silently`() async throws {
    let workshop = try Workshop(images: 8)
    try workshop.folder.write("other.onnx", GeneratedONNX.bytes(seed: 5))
    try workshop.folder.write(
      "pipeline.yaml",
      Workshop.pipeline + """

          network2:  { uses: network,  model: other.onnx, preprocess: plain, calibrate: { images: photos, count: 8 } }
          embedding2: { uses: features, network: network2, images: photos }
        """)
    #expect(try await workshop.run().exit == .done)
    try workshop.read { db throws in
      let (one, two) = (
        try SpaceRecord.resolve("embedding", in: db), try SpaceRecord.resolve("embedding2", in: db)
      )
      #expect(one.id != two.id && one.dimension == two.dimension)
      #expect(one.vectorCount == 8 && two.vectorCount == 8)
      #expect(throws: StoreError.self, "nobody is given either without asking") {
        try SpaceRecord.resolve(nil, in: db)
      }
      #expect(
        try FeatureRow.vector(content: 1, space: one, in: db)
          != FeatureRow.vector(content: 1, space: two, in: db))
    }
  }

  /// img2dataset#285
  @Test func `12 a manifest is consumed as it is worked`() async throws {
    let workshop = try Workshop(images: 8)
    let list = "path\tclass\n" + (0..<8).map { "\(Workshop.path($0))\t\n" }.joined()
    try workshop.folder.write("list.tsv", list)
    let inputs = { () throws -> [String: Data] in
      let names = try FileManager.default.subpathsOfDirectory(atPath: workshop.folder.url.path)
      return Dictionary(
        uniqueKeysWithValues: names.filter { !$0.hasPrefix("store.sqlite") }.map { name in
          (name, FileManager.default.contents(atPath: workshop.folder.path(name)) ?? Data())
        })
    }
    let before = try inputs()
    #expect(try await workshop.run(["photos.source=list.tsv", "photos.root=images"]).exit == .done)
    #expect(try inputs() == before)
  }

  @Test func `13 nobody can see why a stage ran again`() async throws {
    let workshop = try Workshop()
    #expect(try workshop.plan(storeIsThere: false).stages.allSatisfy { $0.reasons.first == "not run yet" })
    try await workshop.run()
    try workshop.addImage(24)
    let plan = try workshop.plan(["embedding.layer=logits", "network.calibrate.count=11"])
    #expect(plan.stage(named: "taxonomy")?.reasons.isEmpty == true)
    #expect(plan.stage(named: "photos")?.reasons == ["1 image added"])
    #expect(plan.stage(named: "network")?.reasons == ["parameter calibrate.count: 10 -> 11"])
    #expect(
      plan.stage(named: "embedding")?.reasons == [
        "parameter layer: embedding -> logits", "network: stage network changed",
      ])
    #expect(plan.stage(named: "index")?.reasons == ["features: stage embedding changed"])
    let reasons = try await workshop.run()["photos"]?.reasons
    #expect(reasons == ["1 image added"], "and the run's report says the same")
  }
}

extension Workshop {
  /// A plan as it is before there is a store.
  fileprivate func plan(storeIsThere: Bool) throws -> Plan { try Planner(file()).plan(database: nil) }
}
