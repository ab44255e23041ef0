import FeatureStore
import GRDB
import Stages
import WordNet

/// A store's synsets by the names people use.
struct SynsetNames {
  /// Nil in a store without a `synsets` stage: classes are then known by wnid alone.
  let hierarchy: Hierarchy?

  init(_ db: Database) throws {
    hierarchy = try TaxonomyRecord.all(in: db).isEmpty ? nil : try StoreHierarchy.load(db)
  }

  /// The wnids of a class and of all below it. Says on standard error which sense was taken of several.
  ///
  /// - Throws: `SynsetNameError`, `StoreHierarchyError.noTaxonomy`.
  func subtree(of name: String) throws -> Set<String> {
    guard let hierarchy else { throw StoreHierarchyError.noTaxonomy }
    let resolved = try hierarchy.resolve(name)
    SenseRemark.say(name, resolved, in: hierarchy)
    return Set(hierarchy.subtree(of: resolved.id).map(\.text))
  }

  /// Whether a class lies below another.
  func isKind(_ wnid: String, of other: String) -> Bool {
    hierarchy?.ancestors(of: SynsetID(wnid)).contains(SynsetID(other)) ?? false
  }

  /// `dog, domestic dog`; nil where unknown.
  func words(_ wnid: String) -> String? {
    hierarchy?.synset(SynsetID(wnid))?.words.joined(separator: ", ")
  }

  /// The first word; the wnid where unknown.
  func word(_ wnid: String) -> String { hierarchy?.synset(SynsetID(wnid))?.words.first ?? wnid }
}

/// Tells people which of a lemma's senses was taken.
enum SenseRemark {
  static func say(_ name: String, _ resolved: ResolvedSynset, in hierarchy: Hierarchy) {
    guard !resolved.alternatives.isEmpty else { return }
    let others = resolved.alternatives.map { "\($0.name) (\($0.id))" }
    let shown = others.prefix(5).joined(separator: ", ")
    let taken =
      hierarchy.choices(of: name).first { $0.id == resolved.id }?.name ?? hierarchy.name(of: resolved.id)
    StandardError.say(
      "took \"\(name)\" as \(taken) (\(resolved.id)); it could also be \(shown)"
        + (others.count > 5 ? " and \(others.count - 5) more" : ""))
  }
}
