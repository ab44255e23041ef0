import FeatureStore
import Foundation
import GRDB
import Stages
import WordNet

/// The hierarchy that a command is about, with image counts when it comes from a store.
struct OpenHierarchy {
  let path: String
  let hierarchy: Hierarchy
  let tree: ClassTree?

  /// - Parameter path: nil for the only `*.sqlite` of the working folder.
  init(_ path: String?) throws {
    let path = try path ?? Self.onlyStore()
    self.path = path
    try InputFile.check(path)
    guard StoreFile.isSQLite(path) else {
      hierarchy = try SynsetSource.load(path)
      tree = nil
      Self.keep(hierarchy)
      return
    }
    (hierarchy, tree) = try StoreFile.openReadOnly(path).read { db in
      let hierarchy = try StoreHierarchy.load(db)
      let space = try SpaceRecord.all(in: db).first { try $0.labels(in: db) != nil }
      return (hierarchy, try ClassTree.load(hierarchy, space: space, db))
    }
  }

  /// Lets a hierarchy live as long as the process: a command is over when its answer is out, and to give back half a
  /// million strings one by one would take longer than the answer.
  private static func keep(_ hierarchy: Hierarchy) { _ = Unmanaged.passRetained(Kept(hierarchy)) }

  private final class Kept {
    let hierarchy: Hierarchy
    init(_ hierarchy: Hierarchy) { self.hierarchy = hierarchy }
  }

  /// Whether a positional argument is meant as a source rather than as a synset's name: a folder that happens to
  /// be called "dog" must not hide the synset.
  static func isSource(_ argument: String) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) else { return false }
    if !isFolder.boolValue { return argument.contains(".") || StoreFile.isSQLite(argument) }
    return HierarchyFormat.isDatabase(argument)
  }

  private static func onlyStore() throws -> String {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: ".")) ?? []
    let stores = files.filter { $0.hasSuffix(".sqlite") }.sorted()
    guard let store = stores.first, stores.count == 1 else {
      throw UsageError(
        stores.isEmpty
          ? "no hierarchy was named, and the working folder has no store (*.sqlite): use --from SOURCE"
          : "no hierarchy was named, and the working folder has several stores: use --from with one of "
            + stores.joined(separator: ", "))
    }
    return store
  }
}
