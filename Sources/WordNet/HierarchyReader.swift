import Foundation

/// Reads a hierarchy in whichever format is at a path.
public enum HierarchyReader {
  /// A folder with `data.noun` (itself, or in its subfolder `dict`) is a WordNet database, as is the path of
  /// `data.noun` or `index.noun`; any other file is ImageNet's structure XML.
  ///
  /// - Throws: `WordNetReadError`, also for a folder that holds neither.
  public static func read(_ path: String) throws(WordNetReadError) -> Hierarchy {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .unreadable(path: path, reason: "there is no such file or folder")
    }
    let url = URL(fileURLWithPath: path)
    guard isFolder.boolValue else {
      if ["data.noun", "index.noun"].contains(url.lastPathComponent) {
        return try WNDBReader.read(url.deletingLastPathComponent().path)
      }
      return try ImageNetStructureReader.read(path)
    }
    for folder in [url, url.appendingPathComponent("dict")]
    where FileManager.default.fileExists(atPath: folder.appendingPathComponent("data.noun").path) {
      return try WNDBReader.read(folder.path)
    }
    throw .unexpectedContents(
      path: path, line: nil, found: "a folder without data.noun",
      expected: "a WordNet database (data.noun, index.noun) or an ImageNet structure file")
  }
}
