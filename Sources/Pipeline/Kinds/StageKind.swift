/// A kind of stage: what `uses:` names in a pipeline file.
///
/// Adding a kind is one file with a type that conforms, and one line in the `StageRegistry`.
///
///     enum Squares: StageKind {
///       static let name = "squares"
///       static let resultsVersion = 1
///       static let summary = "The square of every number."
///       static let parameters: [ParameterDeclaration] = [
///         .init("numbers", .reference(kinds: ["numbers"]), isRequired: true, help: "the numbers to square")
///       ]
///       static func makeStage(_ parameters: StageParameters) throws -> any Stage { SquaresStage() }
///     }
public protocol StageKind: Sendable {
  /// What `uses:` says.
  static var name: String { get }
  /// Raised whenever the same parameters and inputs would give different results than before.
  static var resultsVersion: Int { get }
  /// One line for listings.
  static var summary: String { get }
  static var parameters: [ParameterDeclaration] { get }

  /// Makes the stage from parameters that have been checked against the declarations.
  ///
  /// Must not read or write anything big: it runs whenever a file is looked at.
  /// - Throws: `StageParameterError` to have the message shown at the parameter's place in the file.
  static func makeStage(_ parameters: StageParameters) throws -> any Stage
}
