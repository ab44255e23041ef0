/// Why a source of synsets could not be read.
public enum WordNetReadError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file or folder is missing, or reading it failed.
  case unreadable(path: String, reason: String)
  /// The file or folder is readable but is not what was expected there.
  case unexpectedContents(path: String, line: Int?, found: String, expected: String)
  /// The file is not well-formed XML.
  case notWellFormed(path: String, line: Int, column: Int, reason: String)
  /// The file is well-formed but declares or uses entities, which are refused: they can read other files.
  case entityRefused(path: String, line: Int, column: Int, name: String)
  /// The file goes beyond a limit that no real hierarchy comes near.
  case beyondLimit(path: String, line: Int?, column: Int? = nil, what: String, limit: Int)
  /// A line, or an element on it, says something impossible.
  case malformed(path: String, line: Int, reason: String)
  /// A synset is its own ancestor by way of this edge.
  case cycle(path: String, line: Int, child: SynsetID, parent: SynsetID)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .unexpectedContents(let path, let line, let found, let expected):
      "\(path)\(line.map { ":\($0)" } ?? ""): expected \(expected), found \(found)"
    case .notWellFormed(let path, let line, let column, let reason):
      "\(path):\(line):\(column): not well-formed XML: \(reason)"
    case .entityRefused(let path, let line, let column, let name):
      "\(path):\(line):\(column): XML entities are refused, because they can reach other files; "
        + "replace \"\(name)\" by its text"
    case .beyondLimit(let path, let line, let column, let what, let limit):
      "\(path)\(line.map { ":\($0)" } ?? "")\(column.map { ":\($0)" } ?? ""): \(what) is beyond the limit of \(limit); this is no synset hierarchy"
    case .malformed(let path, let line, let reason):
      "\(path):\(line): \(reason)"
    case .cycle(let path, let line, let child, let parent):
      "\(path):\(line): \(parent) cannot be a hypernym of \(child), because it is also one of its hyponyms"
    }
  }
}
