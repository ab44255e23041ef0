import Corpus
import Digest
import FeatureStore
import Foundation
import GRDB
import Pipeline
import TestSupport
import Testing

@testable import Stages

@Suite struct `Files that go or change while a run is under way` {
  @Test func `between listing and hashing`() async throws {
    let workshop = try Workshop(images: 6)
    let path = try workshop.folder.write(
      "turbulent.yaml", "store: store.sqlite\nstages: { photos: { uses: turbulent, source: images } }\n")
    let registry = StageRegistry(StageRegistry.synoptic.kinds + [TurbulentStage.self])
    let file = try PipelineFile.load(path, registry: registry)
    let store = try StoreFile.open(file.storePath, mode: .create)
    defer { try? StoreFile.close(store) }
    let report = try await Runner(database: store).run(file)
    #expect(report.exit == .someFailed)
    #expect(report["photos"]?.items == ItemCounts(done: 5, failed: 1))
    let failures = try await store.read { try JobState.failures($0) }
    #expect(failures.map(\.name) == [Workshop.path(1)] && failures.map(\.errorClass) == ["missing"])
    try await store.read { db in
      let gone = try ImageLookup.find(Workshop.path(1), in: db)
      #expect(gone.contentID == nil)
      let changed = try ImageLookup.find(Workshop.path(2), in: db)
      let digest = try Data.fetchOne(
        db, sql: "SELECT digest FROM content WHERE id = ?", arguments: [changed.contentID])
      #expect(digest.flatMap(SHA256Digest.init(rawBytes:)) == SHA256.hash(TurbulentStage.later))
    }
  }

  @Test func `between hashing and inference, and a second run sets it right`() async throws {
    let workshop = try Workshop(images: 8)
    let folder = workshop.folder
    let report = try await workshop.run { event in
      guard case .stageStarted("embedding", _, _, _) = event else { return }
      try? FileManager.default.removeItem(atPath: folder.path("images/" + Workshop.path(1)))
      _ = try? folder.write("images/" + Workshop.path(2), GeneratedPNG.bytes(seed: 1_002))
    }
    #expect(report["photos"]?.items == ItemCounts(done: 8))
    #expect(report["embedding"]?.items == ItemCounts(done: 6, failed: 2))
    let failures = try workshop.read { db in try JobState.failures(db) }
    #expect(
      failures.map { "\($0.name) \($0.errorClass)" }.sorted()
        == ["\(Workshop.path(1)) missing", "\(Workshop.path(2)) changed-while-read"].sorted())

    #expect(try workshop.plan().stage(named: "photos")?.reasons == ["1 image changed, 1 gone"])
    let mended = try await workshop.run()
    #expect(mended.exit == .done)
    #expect(mended["embedding"]?.items == ItemCounts(done: 7))
  }
}

/// `images`, with files that go and change after all were listed and before one is read.
private struct TurbulentStage: StageKind, WholeStage {
  static let name = "turbulent"
  static let resultsVersion = 1
  static let summary = "Images in motion."
  static let parameters: [ParameterDeclaration] = [
    .init("source", .path(.folder), isRequired: true, help: "a folder")
  ]
  static let later = Array("other bytes".utf8)

  let source: String

  static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    TurbulentStage(source: try parameters.path("source"))
  }

  func run(_ context: StageContext) async throws -> ItemCounts {
    let source = TurbulentSource(source: try ImageSources.open(self.source, SourceOptions()))
    let corpus = try await context.database.write { db in
      try CorpusRecord.upsert(identity: context.fingerprint, root: source.root, in: db)
    }
    var update = CorpusUpdate(context, source, corpus, ClassLabels(taxonomyID: nil), earlierFailures: [])
    return try update.run().counts
  }
}

private struct TurbulentSource: ImageSource {
  let source: any ImageSource
  var root: String { source.root }
  var layout: SourceLayout { source.layout }

  func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws {
    try source.scan(knowing: known, visit)
    try FileManager.default.removeItem(atPath: "\(root)/\(Workshop.path(1))")
    try Data(TurbulentStage.later).write(to: URL(fileURLWithPath: "\(root)/\(Workshop.path(2))"))
  }
}
