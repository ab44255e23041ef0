import FeatureStore
import GRDB
import Pipeline
import WordNet

/// `synsets`: reads a hierarchy of synsets into the store.
public struct SynsetsStage: StageKind, WholeStage {
  public static let name = "synsets"
  public static let resultsVersion = 2
  public static let summary =
    "A hierarchy of synsets, from ImageNet's structure XML, WN-LMF or a WordNet database."
  public static let parameters: [ParameterDeclaration] = [
    .init(
      "source", .path(.any), isRequired: true,
      help: "an XML file (ImageNet's structure, or WN-LMF; also .gz), or a folder with WordNet's data.noun")
  ]

  let source: String

  public static func makeStage(_ parameters: StageParameters) throws -> any Stage {
    SynsetsStage(source: try parameters.path("source"))
  }

  /// The files' contents make the result what it is; where they lie does not.
  public func inputs() throws -> [StageInput] {
    HierarchyReader.files(source).map { name, path in
      .file(name: name.isEmpty ? "source" : "source \(name)", path: path)
    }
  }

  public func run(_ context: StageContext) async throws -> ItemCounts {
    let rows = try rows(context)
    try context.checkForStop()
    try await context.database.write { [source] db in
      _ = try rows.write(fingerprint: context.fingerprint, source: source, in: db)
    }
    return ItemCounts(done: rows.synsets.count)
  }

  /// The hierarchy itself is gone by the time that its rows are written: both and SQLite's pages at once take a third more
  /// memory.
  private func rows(_ context: StageContext) throws -> TaxonomyRows {
    let hierarchy = try HierarchyReader.read(source)
    for edge in hierarchy.rejectedEdges.prefix(10) {
      context.logger.warning(
        "\(source): \(edge.parent) above \(edge.child) is left out: it closes a cycle or names no synset")
    }
    if hierarchy.rejectedEdges.count > 10 {
      context.logger.warning(
        "\(source): \(hierarchy.rejectedEdges.count) such edges in all; `synoptic synsets check` lists them")
    }
    return StoreHierarchy.rows(of: hierarchy)
  }
}
