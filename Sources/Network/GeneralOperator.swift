/// An operator as the file has it: its name, the version of its operator set, and its attributes.
///
/// Everything that no pass and no fast kernel knows of stays in this form and is run by the evaluator.
public struct GeneralOperator: Sendable, Equatable, Hashable, Codable {
  public enum Attribute: Sendable, Equatable, Hashable, Codable {
    case float(Float)
    case integer(Int)
    case text(String)
    case tensor(Tensor)
    case floats([Float])
    case integers([Int])
    case texts([String])
  }

  /// Such as "Resize".
  public var kind: String
  /// Empty for ONNX's own operators, "com.microsoft" for those of ONNX Runtime.
  public var domain: String
  public var opset: Int
  public var attributes: [String: Attribute]

  public init(_ kind: String, domain: String = "", opset: Int = 21, attributes: [String: Attribute] = [:]) {
    self.kind = kind
    self.domain = domain
    self.opset = opset
    self.attributes = attributes
  }
}

extension GeneralOperator {
  func integer(_ name: String, default value: Int) -> Int { integer(name) ?? value }

  func integer(_ name: String) -> Int? {
    if case .integer(let number)? = attributes[name] { return number }
    return nil
  }

  func flag(_ name: String, default value: Bool = false) -> Bool { integer(name).map { $0 != 0 } ?? value }

  func float(_ name: String, default value: Float) -> Float { float(name) ?? value }

  func float(_ name: String) -> Float? {
    if case .float(let number)? = attributes[name] { return number }
    return nil
  }

  func text(_ name: String) -> String? {
    if case .text(let text)? = attributes[name] { return text }
    return nil
  }

  func text(_ name: String, default value: String) -> String { text(name) ?? value }

  func tensor(_ name: String) -> Tensor? {
    if case .tensor(let tensor)? = attributes[name] { return tensor }
    return nil
  }

  func integers(_ name: String) -> [Int]? {
    if case .integers(let numbers)? = attributes[name] { return numbers }
    return nil
  }

  func floats(_ name: String) -> [Float]? {
    if case .floats(let numbers)? = attributes[name] { return numbers }
    return nil
  }

  func texts(_ name: String) -> [String]? {
    if case .texts(let texts)? = attributes[name] { return texts }
    return nil
  }
}
