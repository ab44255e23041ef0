import FeatureStore
import GRDB
import WordNet

/// A hierarchy between the store's rows and WordNet's graph.
public enum StoreHierarchy {
  /// The hierarchy that was read last.
  ///
  /// - Throws: `StoreHierarchyError.noTaxonomy`.
  public static func load(_ db: Database) throws -> Hierarchy {
    guard let taxonomy = try TaxonomyRecord.all(in: db).last else { throw StoreHierarchyError.noTaxonomy }
    return try load(taxonomy: taxonomy.id, db)
  }

  public static func load(taxonomy id: Int64, _ db: Database) throws -> Hierarchy {
    let rows = try TaxonomyRows.read(taxonomy: id, in: db)
    return Hierarchy(
      synsets: rows.synsets.map { Synset(id: SynsetID($0.wnid), words: $0.words, gloss: $0.gloss) },
      hypernyms: rows.hypernyms.map { (SynsetID($0.child), SynsetID($0.parent)) },
      senses: rows.senses.mapValues { $0.map { SynsetID($0) } })
  }

  public static func rows(of hierarchy: Hierarchy) -> TaxonomyRows {
    var senses: [String: [String]] = [:]
    for lemma in hierarchy.lemmaList { senses[lemma] = hierarchy.senses(of: lemma).map(\.text) }
    return TaxonomyRows(
      synsets: hierarchy.synsets.map { .init(wnid: $0.id.text, words: $0.words, gloss: $0.gloss) },
      hypernyms: hierarchy.edges.map { .init(child: $0.child.text, parent: $0.parent.text) },
      senses: senses)
  }
}

public enum StoreHierarchyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No `synsets` stage has run on the store.
  case noTaxonomy

  public var description: String {
    "The store has no synsets yet: run a pipeline with a `synsets` stage on it, or name classes by wnid."
  }
}
