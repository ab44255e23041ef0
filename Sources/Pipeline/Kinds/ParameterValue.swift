/// A parameter's value as its declared type.
public indirect enum ParameterValue: Sendable, Hashable {
  case text(String)
  case integer(Int)
  case number(Double)
  case numbers([Double])
  case boolean(Bool)
  /// An absolute path.
  case path(String)
  /// The name of a stage.
  case reference(String)
  case group([String: ParameterValue])

  var isText: Bool { if case .text = self { true } else { false } }

  /// One spelling a value, whatever the file's: `1e2` and `100.0` are the same number. Groups are read
  /// parameter by parameter, so theirs is only a count.
  public var canonicalText: String {
    switch self {
    case .text(let text), .path(let text), .reference(let text): text
    case .integer(let integer): String(integer)
    case .numbers(let numbers):
      "[" + numbers.map { ParameterValue.number($0).canonicalText }.joined(separator: ", ") + "]"
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : "\(number)"
    case .boolean(let boolean): boolean ? "true" : "false"
    case .group(let values): "\(values.count) parameters"
    }
  }
}
