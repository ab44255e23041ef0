import FeatureStore
import Foundation
import GRDB
import Pipeline
import TestSupport
import Testing

@testable import Stages

@Suite struct `The worked example of ARCHITECTURE.md` {
  private func workshop() throws -> (Workshop, PipelineFile) {
    let workshop = try Workshop(images: 6)
    try workshop.folder.write("images/n02084071/broken.png", Array(GeneratedPNG.bytes(seed: 90).prefix(900)))
    let path = try workshop.folder.write(
      "brightness.yaml",
      """
      store: store.sqlite
      stages:
        photos: { uses: images, source: images }
        light: { uses: brightness, images: photos }
      """)
    // The one line of registration.
    let registry = StageRegistry(StageRegistry.synoptic.kinds + [BrightnessStage.self])
    return (workshop, try PipelineFile.load(path, registry: registry))
  }

  @Test func `is a stage kind like any other: increments, failures and plans come with it`() async throws {
    let (workshop, file) = try workshop()
    let store = try StoreFile.open(file.storePath, mode: .create)
    try await store.write { db in
      try db.execute(
        sql:
          "CREATE TABLE brightness (fingerprint TEXT, image_id INTEGER, mean REAL, PRIMARY KEY (fingerprint, image_id))"
      )
    }
    let report = try await Runner(database: store).run(file)
    #expect(report["light"]?.items == ItemCounts(done: 6, failed: 1))
    #expect(try await store.read { try JobState.failures($0) }.map(\.errorClass) == ["truncated"])
    let means = try await store.read { try Double.fetchAll($0, sql: "SELECT mean FROM brightness") }
    #expect(means.count == 6 && means.allSatisfy { (1...254).contains($0) })

    try workshop.addImage(6)
    let plan = try Planner(file).plan(database: store)
    #expect(plan.stage(named: "photos")?.reasons == ["1 image added"])
    #expect(try await Runner(database: store).run(file)["light"]?.items == ItemCounts(done: 7, failed: 1))
    #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT sum(attempts) FROM item_state") } == 8)
    try StoreFile.close(store)
  }

  @Test func `stands there as it is compiled, in under 60 lines`() throws {
    let file = PackageRoot.url.appendingPathComponent("Tests/StagesTests/Example/BrightnessStage.swift")
    let code = try String(contentsOf: file, encoding: .utf8)
    #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count - 1 < 60)
    let page = try String(
      contentsOf: PackageRoot.url.appendingPathComponent("ARCHITECTURE.md"), encoding: .utf8)
    #expect(page.contains("```swift\n\(code)```"))
  }
}
