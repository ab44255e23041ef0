import Foundation
import Yams

/// Reads YAML text into nodes with places, and puts what Yams says about broken YAML in our words.
enum SourceReader {
  /// Far more than any pipeline; keeps a wrongly named file (a model, a store) from being parsed.
  static let largestFile = 1 << 20

  static func read(path: String) throws(PipelineError) -> SourceNode {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      let reason = FileManager.default.fileExists(atPath: path) ? "can't be read" : "no such file"
      throw PipelineError([
        PipelineProblem(.file(path), "\(reason)", expected: "expected a pipeline file (YAML)")
      ])
    }
    guard data.count <= largestFile, !data.contains(0), let text = String(data: data, encoding: .utf8) else {
      throw PipelineError([
        PipelineProblem(.file(path), "not a text file", expected: "expected YAML in UTF-8 of at most 1 MiB")
      ])
    }
    let node = try parse(text, file: path) { mark in
      .position(file: path, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
    guard let node else {
      throw PipelineError([
        PipelineProblem(
          .position(file: path, line: 1, column: 1), "the file is empty",
          expected: "expected the keys store and stages")
      ])
    }
    return node
  }

  /// - Returns: nil when the text holds no document.
  static func parse(_ text: String, file: String, place: (Mark?) -> SourceLocation) throws(PipelineError)
    -> SourceNode?
  {
    let root: Node?
    do {
      root = try compose(yaml: text)
    } catch let error as YamlError {
      throw PipelineError([problem(from: error, place: place)])
    } catch {
      throw PipelineError([PipelineProblem(place(nil), "not YAML", expected: "\(error)")])
    }
    guard let root else { return nil }
    return try SourceNode(root, place: place)
  }

  private static func problem(from error: YamlError, place: (Mark?) -> SourceLocation) -> PipelineProblem {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return PipelineProblem(place(mark), "not YAML: \(problem)", expected: "")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let key = duplicates.first ?? ""
      return PipelineProblem(
        place(context.mark), "key '\(key)' stands here and again below", expected: "expected every key once")
    case .reader(let problem, _, _, _):
      return PipelineProblem(place(nil), "not YAML: \(problem)", expected: "expected text in UTF-8")
    default:
      return PipelineProblem(place(nil), "not YAML: \(error)", expected: "")
    }
  }
}
