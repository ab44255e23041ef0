/// What the parameters that are read belong to: a stage, or an option of the command line.
struct ParameterOwner: Sendable {
  var name: String
  /// As messages begin with it: `stage 'photos' (images)`.
  var description: String
  /// Where what is missing would have to be written.
  var location: SourceLocation
}
