import Foundation

/// A path leads to what its declaration says.
enum FileExistsRule {
  static func check(
    _ value: ParameterValue, _ declaration: ParameterDeclaration, named name: String,
    at location: SourceLocation, _ problems: inout [PipelineProblem]
  ) {
    let type: ParameterType.PathType
    switch declaration.type {
    case .path(let declared), .nameOrPath(_, let declared): type = declared
    default: return
    }
    guard case .path(let path) = value else { return }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      if type == .anyOrPattern, path.contains("{") { return }
      problems.append(
        PipelineProblem(
          location, "\(name): there is nothing at \(path)",
          expected: "expected \(ValueRule.expectation(declaration.type))", suggestion: neighbour(of: path)))
      return
    }
    let found: String? =
      switch (type, isFolder.boolValue) {
      case (.file, true): "a folder"
      case (.folder, false): "a file"
      default: nil
      }
    if let found {
      problems.append(
        PipelineProblem(
          location, "\(name): \(path) is \(found)",
          expected: "expected \(ValueRule.expectation(declaration.type))"))
    }
  }

  /// A name in the same folder that is nearly the one asked for.
  private static func neighbour(of path: String) -> String? {
    let url = URL(fileURLWithPath: path)
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)) ?? []
    guard names.count < 10_000 else { return nil }
    return NearestName.of(url.lastPathComponent, among: names.sorted())
  }
}
