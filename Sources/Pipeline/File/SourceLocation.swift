/// Where something was written: in the pipeline file, or on the command line.
public enum SourceLocation: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The file as a whole, when it can't be read.
  case file(String)
  /// Line and column count from 1; columns in Unicode scalars.
  case position(file: String, line: Int, column: Int)
  /// The text after `--set`.
  case override(String)
  /// The text after another option.
  case option(name: String, text: String)

  public var description: String {
    switch self {
    case .file(let file): file
    case .position(let file, let line, let column): "\(file):\(line):\(column)"
    case .override(let text): "--set \(text)"
    case .option(let name, let text): "\(name) \(text)"
    }
  }
}
