/// The parameters that can change a result, one spelling each, in the order of their names: the order and
/// formatting of the file, and everything declared as `changesResult: false`, leave no trace.
enum CanonicalParameters {
  static func components(_ parameters: StageParameters, declarations: [ParameterDeclaration])
    -> [FingerprintComponent]
  {
    components(parameters.values, declarations, prefix: "").sorted { $0.name < $1.name }
  }

  private static func components(
    _ values: [String: ParameterValue], _ declarations: [ParameterDeclaration], prefix: String
  ) -> [FingerprintComponent] {
    declarations.flatMap { declaration -> [FingerprintComponent] in
      guard declaration.changesResult, let value = values[declaration.name] else { return [] }
      let name = prefix + declaration.name
      switch declaration.type {
      // A path's contents or its name count as the stage's inputs say; a reference counts as its result.
      case .path, .reference: return []
      case .nameOrPath:
        guard case .text = value else { return [] }
        return [FingerprintComponent(role: .parameter, name: name, text: value.canonicalText)]
      case .choiceOrGroup where value.isText:
        return [FingerprintComponent(role: .parameter, name: name, text: value.canonicalText)]
      case .group(let inner), .choiceOrGroup(_, let inner):
        guard case .group(let given) = value else { return [] }
        return [FingerprintComponent(role: .parameter, name: name, text: "given")]
          + components(given, inner, prefix: name + ".")
      default:
        return [FingerprintComponent(role: .parameter, name: name, text: value.canonicalText)]
      }
    }
  }
}
