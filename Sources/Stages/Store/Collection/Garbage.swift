import FeatureStore
import GRDB
import Pipeline

/// What a store holds that no stage's name stands for, found without changing anything.
public struct Garbage: Sendable {
  /// One thing that would go.
  public struct Entry: Sendable, Hashable {
    public enum Kind: String, Sendable {
      case results, space, network, corpus, taxonomy
      case goneImages = "gone images"
      case vectors
    }

    public let kind: Kind
    public let name: String
    public let rows: Int
    /// About.
    public let bytes: Int
  }

  public let entries: [Entry]
  /// Free pages that are there already.
  public let freeBytes: Int
  /// Stages that are not finished; while there are any of kind features, no space goes.
  public let unfinished: [String]

  public var bytes: Int { entries.reduce(freeBytes) { $0 + $1.bytes } }

  let live: LiveResults
  let spaces: [SpaceRecord]
  let networks: [NetworkRecord]
  let corpora: [CorpusRecord]
  let taxonomies: [TaxonomyRecord]

  public init(_ db: Database) throws {
    live = try LiveResults(db)
    unfinished = live.unfinished
    spaces = try Self.deadSpaces(db, live)
    let spaceIDs = Set(spaces.map(\.id))
    let kept = try SpaceRecord.all(in: db).filter { !spaceIDs.contains($0.id) }
    networks = try NetworkRecord.all(in: db).filter { [live] network in
      !live.contains(kind: NetworkStage.name, fingerprint: network.fingerprint)
        && !kept.contains { $0.networkID == network.id }
    }
    corpora = try CorpusRecord.all(in: db).filter { [live] corpus in
      !live.contains(kind: ImagesStage.name, fingerprint: corpus.identity)
    }
    let corpusIDs = Set(corpora.map(\.id))
    let keptTaxonomies = Set(
      try CorpusRecord.all(in: db).filter { !corpusIDs.contains($0.id) }.compactMap(\.taxonomyID))
    taxonomies = try TaxonomyRecord.all(in: db).filter { [live] taxonomy in
      !live.contains(kind: SynsetsStage.name, fingerprint: taxonomy.fingerprint)
        && !keptTaxonomies.contains(taxonomy.id)
    }
    let page = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
    freeBytes = try (Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0) * page
    let sizes = GarbageSizes(db: db)
    entries =
      try sizes.results(live.deadResultIDs) + spaces.map(sizes.space) + networks.map(sizes.network)
      + corpora.map(sizes.corpus) + taxonomies.map(sizes.taxonomy) + sizes.gone(corpora, keptSpaces: kept)
  }

  /// A name may already stand for a result whose space it doesn't name yet, as after a kill: then none is dead.
  private static func deadSpaces(_ db: Database, _ live: LiveResults) throws -> [SpaceRecord] {
    let stages = try JobState.status(db).filter { $0.uses == FeaturesStage.name }
    guard stages.allSatisfy({ $0.state == .current }) else { return [] }
    let named = Set(try stages.compactMap { try SpaceRecord.find(name: $0.name, in: db)?.id })
    return try SpaceRecord.all(in: db).filter { !named.contains($0.id) }
  }
}

/// How much room things take, by what is in their rows.
struct GarbageSizes {
  let db: Database
  /// Keys and headers of a row, about.
  private static let rowBytes = 16

  func results(_ ids: [Int64]) throws -> [Garbage.Entry] {
    try ids.compactMap { id in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT kind, (SELECT count(*) FROM item_state WHERE result_id = r.id)
            + (SELECT count(*) FROM stage_failure WHERE result_id = r.id) FROM stage_result AS r WHERE id = ?
          """, arguments: [id])
      guard let row else { return nil }
      let rows: Int = row[1]
      return Garbage.Entry(
        kind: .results, name: "of kind \(row[0] as String)", rows: rows, bytes: rows * 2 * Self.rowBytes)
    }
  }

  func space(_ space: SpaceRecord) throws -> Garbage.Entry {
    let predictions = try sum(
      "SELECT count(*), coalesce(sum(length(classes)), 0) FROM prediction WHERE space_id = ?", space.id)
    let bytes = space.vectorCount * (space.dimension * space.encoding.bytesPerValue + Self.rowBytes)
    return Garbage.Entry(
      kind: .space, name: "\(space.name), \(space.layer), \(space.encoding.rawValue)",
      rows: space.vectorCount,
      bytes: bytes + predictions.bytes)
  }

  func network(_ network: NetworkRecord) throws -> Garbage.Entry {
    let plan = try sum(
      "SELECT count(*), coalesce(sum(length(plan)), 0) FROM network WHERE id = ?", network.id)
    return Garbage.Entry(
      kind: .network, name: "\(network.name), \(network.precision)", rows: 1, bytes: plan.bytes)
  }

  func corpus(_ corpus: CorpusRecord) throws -> Garbage.Entry {
    let images = try sum(
      "SELECT count(*), coalesce(sum(2 * length(path)), 0) FROM image WHERE corpus_id = ?", corpus.id)
    return Garbage.Entry(
      kind: .corpus, name: corpus.root, rows: images.rows, bytes: images.bytes + 32 * images.rows)
  }

  func taxonomy(_ taxonomy: TaxonomyRecord) throws -> Garbage.Entry {
    let synsets = try sum(
      "SELECT count(*), coalesce(sum(length(words) * 2 + length(gloss) + 80), 0) FROM synset WHERE taxonomy_id = ?",
      taxonomy.id)
    return Garbage.Entry(kind: .taxonomy, name: taxonomy.source, rows: synsets.rows, bytes: synsets.bytes)
  }

  /// What images left behind that are gone from their corpora, or whose corpora go.
  func gone(_ deadCorpora: [CorpusRecord], keptSpaces: [SpaceRecord]) throws -> [Garbage.Entry] {
    let gone = try GoneImages(db, deadCorpora: deadCorpora.map(\.id))
    var entries: [Garbage.Entry] = []
    let alone = try GoneImages(db).images.count
    if alone > 0 {
      entries.append(Garbage.Entry(kind: .goneImages, name: "", rows: alone, bytes: alone * 96))
    }
    let feature = try db.cachedStatement(sql: "SELECT 1 FROM feature WHERE id = ?")
    for space in keptSpaces {
      let rows = try gone.contents.count {
        try Bool.fetchOne(feature, arguments: [space.id << 32 | $0]) != nil
      }
      guard rows > 0 else { continue }
      entries.append(
        Garbage.Entry(
          kind: .vectors, name: "of gone images in \(space.name)", rows: rows,
          bytes: rows * (space.dimension * space.encoding.bytesPerValue + 2 * Self.rowBytes)))
    }
    return entries
  }

  private func sum(_ sql: String, _ id: Int64) throws -> (rows: Int, bytes: Int) {
    let row = try Row.fetchOne(db, sql: sql, arguments: [id])
    return (row?[0] ?? 0, row?[1] ?? 0)
  }
}
