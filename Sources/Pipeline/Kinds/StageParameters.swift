/// One stage's parameters, checked and with defaults filled in. A parameter in a group is named with a dot:
/// `calibrate.count`.
public struct StageParameters: Sendable, Hashable {
  public let stageName: String
  public let values: [String: ParameterValue]

  public init(stageName: String, values: [String: ParameterValue]) {
    self.stageName = stageName
    self.values = values
  }

  public subscript(_ name: String) -> ParameterValue? {
    var current = values
    let steps = name.split(separator: ".").map(String.init)
    for step in steps.dropLast() {
      guard case .group(let inner)? = current[step] else { return nil }
      current = inner
    }
    return steps.last.flatMap { current[$0] }
  }

  /// Whether the parameter or group was given or has a default.
  public func has(_ name: String) -> Bool { self[name] != nil }

  public func text(ifPresent name: String) -> String? {
    if case .text(let text)? = self[name] { text } else { nil }
  }
  /// An absolute path.
  public func path(ifPresent name: String) -> String? {
    if case .path(let path)? = self[name] { path } else { nil }
  }
  public func integer(ifPresent name: String) -> Int? {
    if case .integer(let integer)? = self[name] { integer } else { nil }
  }
  public func number(ifPresent name: String) -> Double? {
    if case .number(let number)? = self[name] { number } else { nil }
  }
  public func numbers(ifPresent name: String) -> [Double]? {
    if case .numbers(let numbers)? = self[name] { numbers } else { nil }
  }
  public func boolean(ifPresent name: String) -> Bool? {
    if case .boolean(let boolean)? = self[name] { boolean } else { nil }
  }

  public func text(_ name: String) throws(StageParameterError) -> String {
    try needed(text(ifPresent: name), name)
  }
  public func path(_ name: String) throws(StageParameterError) -> String {
    try needed(path(ifPresent: name), name)
  }
  public func integer(_ name: String) throws(StageParameterError) -> Int {
    try needed(integer(ifPresent: name), name)
  }
  public func number(_ name: String) throws(StageParameterError) -> Double {
    try needed(number(ifPresent: name), name)
  }
  public func boolean(_ name: String) throws(StageParameterError) -> Bool {
    try needed(boolean(ifPresent: name), name)
  }

  private func needed<Value>(_ value: Value?, _ name: String) throws(StageParameterError) -> Value {
    guard let value else {
      throw StageParameterError(parameter: name, message: "parameter '\(name)' is missing")
    }
    return value
  }
}

/// A stage kind's own objection to a parameter; shown with the parameter's file, line and column.
public struct StageParameterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Dotted for a parameter in a group.
  public var parameter: String
  public var message: String

  public init(parameter: String, message: String) {
    self.parameter = parameter
    self.message = message
  }

  public var description: String { message }
}
