import FeatureStore
import Foundation
import GRDB
import Pipeline
import TestSupport
import Testing

@testable import Stages

@Suite struct `A pipeline from images to vectors` {
  @Test func `runs every stage, and a second run finds nothing to do`() async throws {
    let workshop = try Workshop()
    let first = try await workshop.run()
    #expect(first.exit == .done)
    #expect(first.stages.map(\.report.state) == [.done, .done, .done, .done, .done])
    #expect(first["photos"]?.items == ItemCounts(done: 24))
    #expect(first["embedding"]?.items == ItemCounts(done: 24))

    let second = try await workshop.run()
    #expect(second.stages.map(\.report.state) == [.current, .current, .current, .current, .current])
    #expect(try workshop.plan().stages.allSatisfy { $0.state == .current && $0.reasons.isEmpty })
    try workshop.read { db throws in
      let space = try SpaceRecord.resolve(nil, in: db)
      #expect(space.name == "embedding" && space.layer == "flat" && space.dimension == 8)
      #expect(try SearchIndex.isCurrent(for: space, in: db))
      let image = try ImageLookup.find("n02084071/0.png", in: db)
      let content = try #require(image.contentID)
      #expect(try FeatureRow.predictions(content: content, space: space, in: db).count == 2)
    }
  }

  @Test func `works only what is added, changed or gone`() async throws {
    let workshop = try Workshop()
    try await workshop.run()
    for index in 24..<36 { try workshop.addImage(index) }
    try workshop.addImage(3, seed: 1_003)
    try FileManager.default.removeItem(atPath: workshop.folder.path("images/" + Workshop.path(7)))

    let plan = try workshop.plan()
    #expect(plan.stage(named: "photos")?.reasons == ["12 images added, 1 changed, 1 gone"])
    #expect(plan.stage(named: "network")?.state == .current)
    let worked = Counter()
    let report = try await workshop.run { event in
      if case .stageStarted("embedding", _, _, let pending) = event { worked.add(pending ?? 0) }
    }
    #expect(worked.value == 13)
    #expect(report["network"]?.state == .current)
    #expect(report["embedding"]?.items == ItemCounts(done: 35))
    #expect(report["index"]?.state == .done)
    #expect(try workshop.plan().stages.allSatisfy { $0.state == .current })

    try workshop.read { db throws in
      #expect(try ImageListing().count(db) == 35)
      #expect(throws: StoreError.self) { try ImageLookup.find(Workshop.path(7), in: db) }
    }
  }

  @Test func `a bad image is recorded, the others go on, and mending it mends the record`() async throws {
    let workshop = try Workshop()
    try workshop.folder.write("images/n02084071/broken.png", Array(GeneratedPNG.bytes(seed: 90).prefix(900)))
    try workshop.folder.write("images/n02084071/empty.jpg", [])
    let report = try await workshop.run()
    #expect(report.exit == .someFailed)
    #expect(report["embedding"]?.items == ItemCounts(done: 24, failed: 2))
    let failures = try workshop.read { db in try JobState.failures(db) }
    #expect(failures.map(\.name) == ["n02084071/broken.png", "n02084071/empty.jpg"])
    #expect(failures.map(\.errorClass) == ["truncated", "empty"])
    #expect(try await workshop.run().exit == .someFailed)

    try workshop.folder.write("images/n02084071/broken.png", GeneratedPNG.bytes(seed: 90))
    try FileManager.default.removeItem(atPath: workshop.folder.path("images/n02084071/empty.jpg"))
    let mended = try await workshop.run()
    #expect(mended.exit == .done)
    #expect(mended["embedding"]?.items == ItemCounts(done: 25))
  }

  @Test func `duplicates by content share one vector`() async throws {
    let workshop = try Workshop(images: 8)
    for copy in 0..<5 {
      try workshop.folder.write("images/copies/\(copy).png", GeneratedPNG.bytes(seed: 0))
    }
    let report = try await workshop.run()
    #expect(report["embedding"]?.items == ItemCounts(done: 13))
    try workshop.read { db throws in
      #expect(try SpaceRecord.resolve(nil, in: db).vectorCount == 8)
      #expect(try ContentRecord.find(id: 9, in: db) == nil)
    }
  }

  @Test(arguments: ["photos", "network", "embedding"])
  func `stopped in any stage, it goes on to the rows of an undisturbed run`(stage: String) async throws {
    let undisturbed = try Workshop()
    try await undisturbed.run(threads: 1)
    let workshop = try Workshop()
    let control = RunControl()
    let stopped = try await workshop.run(control: control) { event in
      switch event {
      case .stageStarted(stage, _, _, _), .advanced(stage, _, _, _): control.requestStop()
      default: break
      }
    }
    #expect(stopped.exit == .unfinished)
    let report = try await workshop.run()
    #expect(report.exit == .done)
    #expect(try workshop.digest() == undisturbed.digest())
  }

  @Test func `the number of threads and the batch leave no trace`() async throws {
    let one = try Workshop()
    try await one.run(["embedding.batch=1"], threads: 1)
    let many = try Workshop()
    try await many.run(["embedding.batch=7"], threads: 4)
    #expect(try one.digest() == many.digest())
    let plans = try [one, many].map { workshop in
      try workshop.read { db in try NetworkRecord.all(in: db)[0].plan(in: db) }
    }
    #expect(plans[0] == plans[1])
    #expect(try one.plan(["embedding.batch=3"]).stages.allSatisfy { $0.state == .current })
  }

  @Test func `switching a layer back is instant, and a search takes the one used last`() async throws {
    let workshop = try Workshop(images: 8)
    try await workshop.run()
    try await workshop.run(["embedding.layer=logits"])
    #expect(try workshop.read { db in try SpaceRecord.resolve(nil, in: db).layer } == "logits")
    let back = try await workshop.run()
    #expect(back.stages.allSatisfy { $0.report.state == .current })
    #expect(try workshop.read { db in try SpaceRecord.resolve(nil, in: db).layer } == "flat")
  }

  /// Of one image, as a search or a listing would show them: the wnids of its classes, best first.
  private func shown(_ workshop: Workshop) throws -> [String] {
    try workshop.read { db in
      let space = try SpaceRecord.resolve("embedding", in: db)
      let content = try #require(try ImageLookup.find(Workshop.path(0), in: db).contentID)
      let labels = try #require(try space.labels(in: db))
      return try FeatureRow.predictions(content: content, space: space, in: db).map { labels[$0.classIndex] }
    }
  }

  @Test(arguments: ["embedding.predictions=0", "embedding.predictions=3", "network.labels=others.txt"])
  func `switching predictions or labels back shows those of the first run`(override: String) async throws {
    let workshop = try Workshop(images: 8)
    try workshop.folder.write("others.txt", Workshop.wnids.reversed().joined(separator: "\n"))
    try await workshop.run()
    let first = try shown(workshop)
    #expect(first.count == 2)
    #expect(try await workshop.run([override]).exit == .done)
    #expect(try shown(workshop) != first)
    let back = try await workshop.run()
    #expect(back.stages.allSatisfy { $0.report.state == .current })
    #expect(try shown(workshop) == first)
  }

  @Test func `two stages that give the same vectors share them, each by its name`() async throws {
    let workshop = try Workshop(images: 8)
    try workshop.folder.write(
      "pipeline.yaml",
      """
      store: store.sqlite
      stages:
        photos:  { uses: images,   source: images }
        some:    { uses: images,   source: images/n02084071 }
        network: { uses: network,  model: tiny.onnx, preprocess: plain, precision: float32 }
        one:     { uses: features, network: network, images: photos }
        two:     { uses: features, network: network, images: some, layer: flat }
        index:   { uses: index,    features: one }
      """)
    let report = try await workshop.run()
    #expect(report.exit == .done)
    #expect(report["index"]?.items == ItemCounts(done: 8))
    try workshop.read { db throws in
      let one = try SpaceRecord.resolve("one", in: db)
      #expect(try SpaceRecord.resolve("two", in: db).id == one.id)
      #expect(try SpaceRecord.resolve(nil, in: db).id == one.id)
      #expect(try SpaceRecord.all(in: db).count == 1)
      #expect(try SearchIndex.isCurrent(for: one, in: db))
    }
    #expect(try await workshop.run().stages.allSatisfy { $0.report.state == .current })
  }

  @Test func `in float32 it needs no calibration`() async throws {
    let workshop = try Workshop(images: 6)
    let report = try await workshop.run(["network.precision=float32"])
    #expect(report.exit == .done)
    let names = try workshop.read { db in try NetworkRecord.all(in: db).map(\.precision) }
    #expect(names == ["float32"])
  }
}

final class Counter: @unchecked Sendable {
  // Unchecked because the lock guards the only state.
  private let lock = NSLock()
  private var count = 0
  func add(_ number: Int) { lock.withLock { count += number } }
  var value: Int { lock.withLock { count } }
}
