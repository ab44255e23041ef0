import Corpus
import FeatureStore
import Foundation
import GRDB
import Pipeline

/// `images`: lists the images of folders, archives or a manifest, with the hash of each one's bytes and its class.
///
/// The result is *the images of this source*, whichever they are at the moment: when some are added or change, the
/// stage runs again, but nothing that refers to it becomes another result; item stages see the new items. So too the
/// classes, which may be looked up in another hierarchy without a single image being read again.
public struct ImagesStage: StageKind, WholeStage {
  public static let name = "images"
  public static let resultsVersion = 1
  public static let canVerify = true
  public static let summary = "The images of folders, archives or a manifest, with hashes, classes and boxes."
  public static let parameters: [ParameterDeclaration] = [
    .init(
      "source", .path(.anyOrPattern), isRequired: true,
      help:
        "a folder, a tar archive, archives as a pattern (shard-{000..009}.tar), or a manifest (.tsv, .csv, .jsonl)"
    ),
    .init(
      "layout", .choice(CorpusLayout.allCases.map(\.rawValue)),
      help: "how the source is laid out; recognised where not given, as `synoptic images scan` shows"),
    .init(
      "root", .path(.folder),
      help: "the folder that a manifest's paths are relative to; its own folder where not given"),
    // Classes and boxes are brought up to date in place: were they part of what the result is, the store would answer
    // with those of before as well, until it is cleared of them.
    .init(
      "truth", .path(.any), changesResult: false,
      help: "of the layout validation: a text with the classes, or a folder or archive of box annotations"),
    .init(
      "labels", .nameOrPath([ilsvrc2012], .file), changesResult: false,
      help:
        "what class numbers stand for: ilsvrc2012 (the 1,000 wnids in order), a file with a wnid a line or "
        + "with wnid and number (map_clsloc.txt), or ILSVRC's meta.mat, which is found beside its ground truth"
    ),
    .init(
      "labels-from", .integer(0...1), changesResult: false,
      help:
        "the number of the first class of `labels`; 1 for ground truth without names, else 0, where not given"
    ),
    .init(
      "boxes", .path(.any), changesResult: false,
      help: "a folder or archive of box annotations (PASCAL VOC's XML)"),
    .init(
      "synsets", .reference(kinds: [SynsetsStage.name]), changesResult: false,
      help: "the hierarchy to look up classes in that are named by lemma"),
  ]

  static let ilsvrc2012 = "ilsvrc2012"

  let source: String
  let options: SourceOptions
  /// A name or a path.
  let labels: String?
  let labelsFrom: Int?

  public static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    ImagesStage(
      source: try parameters.path("source"),
      options: SourceOptions(
        layout: parameters.text(ifPresent: "layout").flatMap(CorpusLayout.init),
        root: parameters.path(ifPresent: "root"), truth: parameters.path(ifPresent: "truth"),
        boxes: parameters.path(ifPresent: "boxes")),
      labels: parameters.text(ifPresent: "labels") ?? parameters.path(ifPresent: "labels"),
      labelsFrom: parameters.integer(ifPresent: "labels-from"))
  }

  /// Where the images are, not which they are, nor of which class.
  public func inputs() -> [StageInput] {
    [.value(name: "source", text: source)] + (options.root.map { [.value(name: "root", text: $0)] } ?? [])
  }

  /// The layout; what is wrong with the source is told when it is read.
  public func remark() -> String? {
    (try? ImageSources.open(source, options)).map { "layout \($0.layout)" }
  }

  /// The source, and what its class numbers stand for.
  private func open() throws -> (any ImageSource, ClassNumbers?) {
    let source = try ImageSources.open(self.source, options)
    return (source, try ImageClassList.load(labels, from: labelsFrom, for: source))
  }

  public func run(_ context: StageContext) async throws -> ItemCounts {
    let (source, numbers) = try open()
    for note in source.layout.notes { context.logger.warning("\(note)") }
    let identity = context.identity
    let (corpus, taxonomyID, failures) = try await context.database.write { db in
      let taxonomyID = try Self.taxonomy(identity, in: db)?.id
      let corpus = try CorpusRecord.upsert(
        identity: context.fingerprint, root: source.root, taxonomyID: taxonomyID,
        layout: source.layout.description, in: db)
      return (corpus, taxonomyID, try Self.failures(identity, in: db))
    }
    var update = CorpusUpdate(
      context, source, corpus, ClassLabels(taxonomyID: taxonomyID, numbers: numbers),
      earlierFailures: failures)
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
    let (source, numbers) = try open()
    return try CorpusComparison(
      source, corpus, ClassLabels(taxonomyID: taxonomyID, numbers: numbers),
      failures: Self.failures(identity, in: db), in: db
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
