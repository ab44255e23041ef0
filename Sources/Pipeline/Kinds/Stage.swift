import GRDB

/// A stage ready to be planned and run: a `WholeStage` or an `ItemStage`.
public protocol Stage: Sendable {
  /// What belongs to the fingerprint besides parameters and references, in a fixed order.
  func inputs() throws -> [StageInput]

  /// What a person should see of it before it runs for the first time, such as how its source was understood; nil for
  /// nothing. Shown after the reason to run.
  func remark() -> String?

  /// Called when the stage's name comes to stand for a result that is there already: a parameter was switched
  /// back, say. For what goes by names, such as which vectors a search takes when none are named.
  func adopt(_ identity: StageIdentity, in db: Database) throws
}

extension Stage {
  public func inputs() throws -> [StageInput] { [] }
  public func remark() -> String? { nil }
  public func adopt(_ identity: StageIdentity, in db: Database) throws {}
}

public enum StageInput: Sendable, Hashable {
  /// The contents of a file; `name` is what a person knows it by, usually the parameter ("model").
  case file(name: String, path: String)
  /// A fact that identifies the result, as text: the resolved root of a corpus that is scanned when run.
  case value(name: String, text: String)
}
