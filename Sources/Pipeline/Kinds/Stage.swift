import GRDB

/// A stage ready to be planned and run: a `WholeStage` or an `ItemStage`.
public protocol Stage: Sendable {
  /// What belongs to the fingerprint besides parameters and references, in a fixed order.
  func inputs() throws -> [StageInput]

  /// Called when the stage's name comes to stand for a result that is there already: a parameter was switched
  /// back, say. For what goes by names, such as which vectors a search takes when none are named.
  func adopt(_ identity: StageIdentity, in db: Database) throws
}

extension Stage {
  public func inputs() throws -> [StageInput] { [] }
  public func adopt(_ identity: StageIdentity, in db: Database) throws {}
}

public enum StageInput: Sendable, Hashable {
  /// The contents of a file; `name` is what a person knows it by, usually the parameter ("model").
  case file(name: String, path: String)
  /// A fact that identifies the result, as text: the resolved root of a corpus that is scanned when run.
  case value(name: String, text: String)
}
