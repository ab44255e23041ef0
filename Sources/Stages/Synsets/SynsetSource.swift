import GRDB
import WordNet

/// A hierarchy from wherever a person points to.
public enum SynsetSource {
  /// - Parameter path: a store, an ImageNet structure XML file, or a folder with a WordNet database.
  /// - Throws: `StoreFileError`, `StoreHierarchyError`, `WordNetReadError`.
  public static func load(_ path: String) throws -> Hierarchy {
    guard StoreFile.isSQLite(path) else { return try HierarchyReader.read(path) }
    return try StoreFile.openReadOnly(path).read { db in try StoreHierarchy.load(db) }
  }
}
