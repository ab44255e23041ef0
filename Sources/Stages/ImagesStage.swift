import Corpus
import FeatureStore
import GRDB
import Pipeline

/// `images`: lists the images of a folder or manifest, with the hash of each file's bytes and its class.
///
/// The result is *the images of this source*, whichever they are at the moment: when some are added or change, the
/// stage runs again, but nothing that refers to it becomes another result; item stages see the new items. So too the
/// classes, which may be looked up in another hierarchy without a single image being read again.
public struct ImagesStage: StageKind, WholeStage {
  public static let name = "images"
  public static let resultsVersion = 1
  public static let summary = "The images of a folder or manifest, with their contents' hashes and classes."
  public static let parameters: [ParameterDeclaration] = [
    .init(
      "source", .path(.any), isRequired: true,
      help: "a folder, with classes as folders named by wnid; or a manifest (.tsv, .csv, .jsonl)"),
    .init(
      "root", .path(.folder),
      help: "the folder that a manifest's paths are relative to; its own folder where not given"),
    .init(
      "synsets", .reference(kinds: [SynsetsStage.name]), changesResult: false,
      help: "the hierarchy to look up classes in that are named by lemma"),
  ]

  let source: String
  let root: String?

  public static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    ImagesStage(source: try parameters.path("source"), root: parameters.path(ifPresent: "root"))
  }

  /// Where the images are, not which they are.
  public func inputs() throws -> [StageInput] {
    [.value(name: "source", text: source)] + (root.map { [.value(name: "root", text: $0)] } ?? [])
  }

  public func run(_ context: StageContext) async throws -> ItemCounts {
    let source = try ImageSources.open(self.source, root: root)
    let identity = context.identity
    let (corpus, taxonomyID, failures) = try await context.database.write { db in
      let taxonomyID = try Self.taxonomy(identity, in: db)?.id
      let corpus = try CorpusRecord.upsert(
        identity: context.fingerprint, root: source.root, taxonomyID: taxonomyID, in: db)
      return (corpus, taxonomyID, try Self.failures(identity, in: db))
    }
    var update = CorpusUpdate(
      context, source, corpus, ClassLabels(taxonomyID: taxonomyID), earlierFailures: failures)
    let (counts, summary) = try update.run()
    context.logger.debug(
      "\(self.source): \(summary.added) added, \(summary.changed) changed, \(summary.gone) gone")
    return counts
  }

  /// Looks at names, sizes and times; reads no image.
  public func check(in db: Database, _ identity: StageIdentity) throws -> [String] {
    guard let corpus = try CorpusRecord.find(identity: identity.fingerprint, in: db) else {
      return ["its images are not in the store"]
    }
    if let synsets = identity.reference(ifPresent: "synsets"), synsets.isPending {
      return ["stage \(synsets.stageName) would run first"]
    }
    let taxonomyID = try Self.taxonomy(identity, in: db)?.id
    if taxonomyID != corpus.taxonomyID { return ["classes are of another hierarchy than before"] }
    let source = try ImageSources.open(self.source, root: root)
    return try CorpusComparison(
      source, corpus, ClassLabels(taxonomyID: taxonomyID), failures: Self.failures(identity, in: db), in: db
    ).reasons
  }

  private static func taxonomy(_ identity: StageIdentity, in db: Database) throws -> TaxonomyRecord? {
    try identity.reference(ifPresent: "synsets").flatMap {
      try TaxonomyRecord.find(fingerprint: $0.fingerprint, in: db)
    }
  }

  /// By path.
  private static func failures(_ identity: StageIdentity, in db: Database) throws -> Set<String> {
    Set(try JobState.failureNames(db, of: identity))
  }
}
