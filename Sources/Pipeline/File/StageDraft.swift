/// A stage as the file has it, before its kind has been asked about anything.
struct StageDraft: Sendable {
  var name: String
  var nameLocation: SourceLocation
  var node: SourceNode
  /// What stands at `uses`, if it is text.
  var uses: (name: String, location: SourceLocation)?
  /// Set once `uses` is known to the registry.
  var kind: (any StageKind.Type)?
  /// Without `uses`.
  var parameters: [SourceNode.Entry]

  /// As messages about its parameters name it.
  var owner: ParameterOwner {
    ParameterOwner(
      name: name, description: "stage '\(name)' (\(uses?.name ?? ""))", location: nameLocation)
  }
}

/// A checked reference of a stage: which parameter, to which stage, written where.
struct ReferenceUse: Sendable {
  var stage: String
  /// Dotted inside groups.
  var parameter: String
  var target: String
  var kinds: [String]
  var location: SourceLocation
  var changesResult: Bool
}
