/// What came of reading one stage's parameters.
struct ParameterReading {
  var values: [String: ParameterValue] = [:]
  var references: [ReferenceUse] = []
  /// Where each value was written, by dotted name.
  var locations: [String: SourceLocation] = [:]
}

/// Reads the parameters of a stage or an option, and of the groups inside, as their declarations say.
struct ParameterReader {
  let folder: String

  func read(
    _ entries: [SourceNode.Entry], _ declarations: [ParameterDeclaration], of owner: ParameterOwner,
    _ problems: inout [PipelineProblem]
  ) -> ParameterReading {
    var reading = ParameterReading()
    reading.values = read(
      entries, declarations, of: owner, prefix: "", at: owner.location, into: &reading, &problems)
    return reading
  }

  private func read(
    _ entries: [SourceNode.Entry], _ declarations: [ParameterDeclaration], of owner: ParameterOwner,
    prefix: String, at location: SourceLocation, into reading: inout ParameterReading,
    _ problems: inout [PipelineProblem]
  ) -> [String: ParameterValue] {
    UnknownParameterRule.check(entries, declarations, of: owner, prefix: prefix, &problems)
    var values: [String: ParameterValue] = [:]
    for declaration in declarations {
      let name = prefix + declaration.name
      guard let entry = entries.first(where: { $0.key == declaration.name }) else {
        values[declaration.name] = declaration.defaultValue
        MissingParameterRule.check(declaration, named: name, of: owner, at: location, &problems)
        continue
      }
      reading.locations[name] = entry.value.location
      if let inner = declaration.type.groupParameters, let group = entry.value.entries {
        values[declaration.name] = .group(
          read(
            group, inner, of: owner, prefix: name + ".", at: entry.keyLocation, into: &reading, &problems))
        continue
      }
      guard let value = ValueRule.read(entry.value, declaration, named: name, folder: folder, &problems)
      else { continue }
      values[declaration.name] = value
      FileExistsRule.check(value, declaration, named: name, at: entry.value.location, &problems)
      if case .reference(let kinds) = declaration.type, case .reference(let target) = value {
        reading.references.append(
          ReferenceUse(
            stage: owner.name, parameter: name, target: target, kinds: kinds,
            location: entry.value.location, changesResult: declaration.changesResult))
      }
    }
    return values
  }
}
