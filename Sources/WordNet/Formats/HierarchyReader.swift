import Foundation

/// Reads a hierarchy in whichever format is at a path. Any file may be packed with gzip.
public enum HierarchyReader {
  /// A folder with `data.noun` (itself, or in its subfolder `dict`) is a WordNet database, as is the path of one of its
  /// files. XML is told by its root element: ImageNet's structure, or WN-LMF.
  ///
  /// - Throws: `WordNetReadError`, also for what is none of these.
  public static func read(_ path: String) throws(WordNetReadError) -> Hierarchy {
    switch try HierarchyFormat.of(path) {
    case .database(let folder): try WNDBReader.read(folder)
    case .imageNetStructure: try ImageNetStructureReader.read(path)
    case .wnLMF: try WNLMFReader.read(path)
    }
  }

  /// The files that `read` would read, each with its name in a database; that of an XML file is empty.
  public static func files(_ path: String) -> [(name: String, path: String)] {
    if case .database(let folder) = try? HierarchyFormat.of(path) { return WNDBFiles(folder: folder).all }
    var isFolder: ObjCBool = false
    // Of a folder without a database the files that are missing.
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? WNDBFiles(folder: path).all : [("", path)]
  }
}

/// The formats in which hierarchies come.
public enum HierarchyFormat: Sendable, Hashable {
  /// A folder with a Princeton WordNet database.
  case database(folder: String)
  case imageNetStructure
  case wnLMF

  /// Looks at what is there, not at its name.
  ///
  /// - Throws: `WordNetReadError` for what is no hierarchy.
  public static func of(_ path: String) throws(WordNetReadError) -> HierarchyFormat {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .unreadable(path: path, reason: "there is no such file or folder")
    }
    if isFolder.boolValue {
      if let folder = WNDBFiles.folder(in: path) { return .database(folder: folder) }
      throw .unexpectedContents(
        path: path, line: nil, found: "a folder without data.noun",
        expected: "a WordNet database (data.noun, index.noun), or the path of an XML file")
    }
    if WNDBFiles.isPart(path) {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      if WNDBFiles.folder(in: folder) == folder { return .database(folder: folder) }
    }
    let root = try XMLRootElement.name(of: path)
    switch root.name {
    case "ImageNetStructure": return .imageNetStructure
    case "LexicalResource": return .wnLMF
    default:
      throw .unexpectedContents(
        path: path, line: root.line, found: "<\(root.name)>",
        expected:
          "<ImageNetStructure>, the root of ImageNet's structure_released.xml, or <LexicalResource>, that of WN-LMF"
      )
    }
  }

  /// Whether a folder has a WordNet database.
  public static func isDatabase(_ folder: String) -> Bool { WNDBFiles.folder(in: folder) != nil }

  /// As a person calls it.
  public var title: String {
    switch self {
    case .database: "WordNet database"
    case .imageNetStructure: "ImageNet structure XML"
    case .wnLMF: "WN-LMF XML"
    }
  }
}
