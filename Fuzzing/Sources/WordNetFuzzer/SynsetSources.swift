import Foundation
import WordNet

/// A source of synsets goes through its reader, its check and what people ask a hierarchy. Errors are what should happen;
/// a trap, a long time or an answer that contradicts another is found.
enum SynsetSources {
  private static let folder: String = {
    let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let folder = "\(parent)/synoptic-fuzz-\(getpid())"
    try? FileManager.default.createDirectory(atPath: folder + "/dict", withIntermediateDirectories: true)
    return folder
  }()

  private static let databaseFiles = ["data.noun", "index.noun", "data.verb", "index.verb", "noun.exc", "verb.exc"]

  /// XML of either format, perhaps packed.
  static func readFile(_ bytes: [UInt8]) {
    let path = folder + "/synsets"
    guard write(bytes[...], to: path) else { return }
    look(at: path)
  }

  /// A database, its files one after another with a NUL after each.
  static func readDatabase(_ bytes: ArraySlice<UInt8>) {
    let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
    for (position, name) in databaseFiles.enumerated() {
      let path = "\(folder)/dict/\(name)"
      unlink(path)
      if position < parts.count, !write(parts[position], to: path) { return }
    }
    look(at: folder)
  }

  private static func look(at path: String) {
    let hierarchy = try? HierarchyReader.read(path)
    _ = try? HierarchyCheck(path)
    guard let hierarchy else { return }
    ask(hierarchy)
    writeAndReadBack(hierarchy)
  }

  private static func ask(_ hierarchy: Hierarchy) {
    let synsets = hierarchy.synsets.prefix(20)
    for synset in synsets {
      guard try! hierarchy.resolve(synset.id.text).id == synset.id else { fatalError("a synset's name is another's") }
      let above = hierarchy.ancestors(of: synset.id)
      if above.contains(synset.id) { fatalError("a synset is above itself") }
      _ = hierarchy.hypernymPaths(of: synset.id, limit: 50)
      _ = hierarchy.parts(of: synset.id) + hierarchy.wholes(of: synset.id)
      guard hierarchy.pathSimilarity(of: synset.id, and: synset.id) == 1 else { fatalError("unlike itself") }
      if let other = synsets.last {
        _ = hierarchy.wuPalmerSimilarity(of: synset.id, and: other.id)
        _ = hierarchy.lowestCommonHypernyms(of: synset.id, and: other.id)
      }
      for word in synset.words {
        _ = hierarchy.find(word + "s")
        if hierarchy.senses(of: word).isEmpty { fatalError("a word without senses") }
      }
    }
  }

  /// What is written comes back the same, if the format can hold it.
  private static func writeAndReadBack(_ hierarchy: Hierarchy) {
    guard hierarchy.synsets.allSatisfy({ $0.partOfSpeech == .noun && $0.sourceID == nil && $0.statedILI == nil }) else {
      return
    }
    let path = folder + "/written.xml"
    do {
      try ImageNetStructureWriter.write(hierarchy, to: path, releaseName: "fuzz", elementLimit: 5_000)
    } catch { return }
    // An empty identity, or a word that splits, cannot be written: the format has no way to say it.
    guard let read = try? HierarchyReader.read(path) else { return }
    let isPlain = hierarchy.synsets.allSatisfy { synset in
      synset.words.allSatisfy { !$0.contains(",") && $0.trimmingCharacters(in: .whitespaces) == $0 && !$0.isEmpty }
    }
    if isPlain, read != hierarchy { fatalError("what was written came back as something else") }
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
  }
}
