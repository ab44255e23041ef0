import Foundation

/// The file's own keys: `store`, a path, `stages`, a group with a stage a name, and limits for all stages.
enum TopLevelRule {
  static func check(_ root: SourceNode, folder: String, _ problems: inout [PipelineProblem])
    -> (store: String, limits: [SourceNode.Entry], stages: [StageDraft])
  {
    guard let entries = root.entries else {
      problems.append(
        PipelineProblem(
          root.location, "found \(root.kindName)", expected: "expected the keys store and stages"))
      return ("", [], [])
    }
    let limits = StageLimits.parameters.map(\.name)
    let keys = ["store", "stages"] + limits
    for entry in entries where !keys.contains(entry.key) {
      problems.append(
        PipelineProblem(
          entry.keyLocation, "unknown key '\(entry.key)'",
          expected: "expected one of \(keys.joined(separator: ", "))",
          suggestion: NearestName.of(entry.key, among: keys)))
    }
    return (
      store(in: entries, root.location, folder, &problems), entries.filter { limits.contains($0.key) },
      stages(in: entries, root.location, &problems)
    )
  }

  private static func store(
    in entries: [SourceNode.Entry], _ start: SourceLocation, _ folder: String,
    _ problems: inout [PipelineProblem]
  ) -> String {
    guard let node = entries.first(where: { $0.key == "store" })?.value else {
      problems.append(
        PipelineProblem(start, "the key store is missing", expected: "expected the path of an SQLite file"))
      return ""
    }
    guard let text = node.scalar, !text.isEmpty else {
      problems.append(
        PipelineProblem(
          node.location, "store is \(node.kindName)", expected: "expected the path of an SQLite file"))
      return ""
    }
    return FilePath.resolve(text, in: folder)
  }

  private static func stages(
    in entries: [SourceNode.Entry], _ start: SourceLocation, _ problems: inout [PipelineProblem]
  ) -> [StageDraft] {
    let expected = "expected at least one stage, such as  photos: { uses: images, source: folder }"
    guard let node = entries.first(where: { $0.key == "stages" })?.value else {
      problems.append(PipelineProblem(start, "the key stages is missing", expected: expected))
      return []
    }
    guard let stages = node.entries, !stages.isEmpty else {
      let found = node.entries == nil ? node.kindName : "empty"
      problems.append(PipelineProblem(node.location, "stages is \(found)", expected: expected))
      return []
    }
    return stages.compactMap { draft($0, &problems) }
  }

  private static func draft(_ entry: SourceNode.Entry, _ problems: inout [PipelineProblem]) -> StageDraft? {
    guard isName(entry.key) else {
      problems.append(
        PipelineProblem(
          entry.keyLocation, "'\(entry.key)' can't name a stage",
          expected: "expected letters, digits, _ and -, beginning with a letter"))
      return nil
    }
    guard let parameters = entry.value.entries else {
      problems.append(
        PipelineProblem(
          entry.value.location, "stage '\(entry.key)' is \(entry.value.kindName)",
          expected: "expected a group such as { uses: KIND, ... }"))
      return nil
    }
    return StageDraft(
      name: entry.key, nameLocation: entry.keyLocation, node: entry.value,
      parameters: parameters.filter { $0.key != "uses" })
  }

  /// Names stand in `--set stage.parameter=value` and in messages: no dots, spaces or quotes.
  private static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.properties.isAlphabetic else { return false }
    return text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_" || $0 == "-"
    }
  }
}
