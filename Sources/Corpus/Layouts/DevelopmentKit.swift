/// The classes of ILSVRC's development kit, which its ground truth counts in an order of the kit's own.
enum DevelopmentKit {
  /// Whether a text is named as the kit's, `ILSVRC2012_validation_ground_truth.txt`.
  static func isGroundTruth(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("ILSVRC") && name.hasSuffix("_validation_ground_truth.txt")
  }

  /// What the kit itself says its numbers stand for, where that lies beside its ground truth.
  static func list(beside groundTruth: String) -> String? {
    let folder = groundTruth.utf8.lastIndex(of: UInt8(ascii: "/")).map { groundTruth[...$0] } ?? ""
    return ["meta.mat", "map_clsloc.txt"].map { folder + $0 }.first { (try? FileStatus.of($0).kind) == .file }
  }

  /// - Parameter bytes: of the kit's `data/meta.mat`.
  /// - Returns: each class's wnid by its number, the first being 1.
  /// - Throws: `CorpusError.unreadable`.
  static func classes(ofMeta bytes: [UInt8], path: String) throws(CorpusError) -> [Int: String] {
    do {
      return try classes(MATFile(bytes))
    } catch {
      throw .unreadable(
        path: path, reason: "\(error.reason); the development kit's meta.mat is expected of a MATLAB file")
    }
  }

  private static func classes(_ file: MATFile) throws(MATFile.Problem) -> [Int: String] {
    let synsets = try file.structures(named: "synsets") {
      isNumber($0) || $0 == "WNID" || $0 == "num_children"
    }
    var classes: [Int: String] = [:]
    for synset in synsets {
      // The classes' ancestors are in the list too, behind them.
      if case .number(let children) = synset["num_children"], children != 0 { continue }
      guard let field = synset.keys.filter(isNumber).max(), case .number(let value) = synset[field],
        case .text(let wnid) = synset["WNID"], let number = Int(exactly: value)
      else { throw .init("a synset of it has no number, as ILSVRC2012_ID, or no WNID") }
      guard classes.updateValue(wnid, forKey: number) == nil else {
        throw .init("number \(number) has a class already")
      }
    }
    return classes
  }

  private static func isNumber(_ field: String) -> Bool {
    field.hasPrefix("ILSVRC") && field.hasSuffix("_ID")
  }
}
