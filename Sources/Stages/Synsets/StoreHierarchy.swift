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
    var exceptions = MorphologicalExceptions()
    for row in rows.irregularForms {
      exceptions.add(row.form, of: row.lemma, PartOfSpeech(rows: row.partOfSpeech))
    }
    return Hierarchy(
      synsets: rows.synsets.map { row in
        Synset(
          id: SynsetID(row.wnid), words: row.words, gloss: row.gloss,
          partOfSpeech: PartOfSpeech(rows: row.partOfSpeech),
          ili: row.ili.flatMap(Int32.init(exactly:)).map { InterlingualID(number: $0) },
          sourceID: row.sourceID)
      },
      hypernyms: rows.hypernyms.map { (SynsetID($0.child), SynsetID($0.parent)) },
      senses: rows.senses.mapValues { $0.map { SynsetID($0) } },
      meronyms: rows.meronyms.compactMap { row in
        Meronym.Kind(rawValue: row.kind).map {
          Meronym(part: SynsetID(row.part), whole: SynsetID(row.whole), kind: $0)
        }
      },
      exceptions: exceptions)
  }

  public static func rows(of hierarchy: Hierarchy) -> TaxonomyRows {
    let lemmas = hierarchy.lemmaList
    // A dictionary that grows holds its entries twice for a while.
    var senses = [String: [String]](minimumCapacity: lemmas.count)
    for lemma in lemmas { senses[lemma] = hierarchy.senses(of: lemma).map(\.text) }
    return TaxonomyRows(
      synsets: hierarchy.synsets.map { synset in
        .init(
          wnid: synset.id.text, words: synset.words, gloss: synset.gloss,
          partOfSpeech: synset.partOfSpeech.letter, ili: synset.statedILI.map { Int($0.number) },
          sourceID: synset.sourceID)
      },
      hypernyms: hierarchy.edges.map { .init(child: $0.child.text, parent: $0.parent.text) },
      senses: senses,
      meronyms: hierarchy.meronyms.map {
        .init(whole: $0.whole.text, part: $0.part.text, kind: $0.kind.rawValue)
      },
      irregularForms: hierarchy.exceptions.all.map {
        .init(partOfSpeech: $0.partOfSpeech.letter, form: $0.form, lemma: $0.lemma)
      })
  }
}

extension PartOfSpeech {
  fileprivate init(rows letter: String) { self = letter == PartOfSpeech.verb.letter ? .verb : .noun }
}

public enum StoreHierarchyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No `synsets` stage has run on the store.
  case noTaxonomy

  public var description: String {
    "The store has no synsets yet: run a pipeline with a `synsets` stage on it, or name classes by wnid."
  }
}
