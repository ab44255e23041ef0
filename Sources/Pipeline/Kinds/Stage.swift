/// A stage ready to be planned and run: a `WholeStage` or an `ItemStage`.
public protocol Stage: Sendable {
  /// What belongs to the fingerprint besides parameters and references, in a fixed order.
  func inputs() throws -> [StageInput]
}

extension Stage {
  public func inputs() throws -> [StageInput] { [] }
}

public enum StageInput: Sendable, Hashable {
  /// The contents of a file; `name` is what a person knows it by, usually the parameter ("model").
  case file(name: String, path: String)
  /// A fact that identifies the result, as text: the resolved root of a corpus that is scanned when run.
  case value(name: String, text: String)
}
