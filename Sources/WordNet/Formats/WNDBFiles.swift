import Foundation

/// The files of a Princeton WordNet database that are read, by their names; each may be packed with gzip.
struct WNDBFiles {
  let folder: String

  /// The folder itself, or its subfolder `dict`, whichever has `data.noun`.
  static func folder(in path: String) -> String? {
    [path, path + "/dict"].first { WNDBFiles(folder: $0).existing("data.noun") != nil }
  }

  /// Whether a path is that of a database's file.
  static func isPart(_ path: String) -> Bool {
    var name = URL(fileURLWithPath: path).lastPathComponent
    if name.hasSuffix(".gz") { name.removeLast(3) }
    return PartOfSpeech.allCases.contains { names(of: $0).contains(name) }
  }

  static func names(of partOfSpeech: PartOfSpeech) -> [String] {
    let name = name(of: partOfSpeech)
    return ["data.\(name)", "index.\(name)", "\(name).exc"]
  }

  /// The files that are there, and the two that have to be.
  var all: [(name: String, path: String)] {
    PartOfSpeech.allCases.flatMap(Self.names).compactMap { name in
      let isNeeded = name == "data.noun" || name == "index.noun"
      return (existing(name) ?? (isNeeded ? path(name) : nil)).map { (name, $0) }
    }
  }

  /// The file's path as it is, or packed.
  func existing(_ name: String) -> String? {
    [name, name + ".gz"].map { folder + "/" + $0 }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The file's path, also where there is none: opening it will say so.
  func path(_ name: String) -> String { existing(name) ?? folder + "/" + name }

  static func name(of partOfSpeech: PartOfSpeech) -> String { partOfSpeech == .noun ? "noun" : "verb" }
}
