import Foundation

/// An option of the command line whose value is written as a parameter of a pipeline file is, in YAML, and is read by the
/// same rules: `--recipe '{ resize: 256, crop: 224 }'`.
public struct OptionParameter: Sendable {
  /// With its dashes.
  public let option: String
  public let declaration: ParameterDeclaration

  public init(_ option: String, _ declaration: ParameterDeclaration) {
    self.option = option
    self.declaration = declaration
  }

  /// - Parameter make: makes what the text stands for of the one parameter, which has its declaration's name.
  /// - Throws: `PipelineError` with every problem that was found.
  public func value<Value>(
    of text: String, make: (StageParameters) throws(StageParameterError) -> Value
  ) throws(PipelineError) -> Value {
    let location = SourceLocation.option(name: option, text: text)
    let node =
      try SourceReader.parse(text, file: "") { _ in location }
      ?? SourceNode(content: .scalar("", isPlain: true), location: location)
    var problems: [PipelineProblem] = []
    let value = read(node, &problems)
    guard let value, problems.isEmpty else { throw PipelineError(problems) }
    do {
      return try make(StageParameters(stageName: option, values: [declaration.name: value]))
    } catch {
      throw PipelineError([PipelineProblem(location, error.message, expected: "")])
    }
  }

  /// Messages name what stands inside a group as it was typed, without the declaration's name, which was not.
  private func read(_ node: SourceNode, _ problems: inout [PipelineProblem]) -> ParameterValue? {
    let name = String(option.drop { $0 == "-" })
    let folder = FileManager.default.currentDirectoryPath
    guard let inner = declaration.type.groupParameters, let entries = node.entries else {
      return ValueRule.read(node, declaration, named: name, folder: folder, &problems)
    }
    let owner = ParameterOwner(name: option, description: name, location: node.location)
    return .group(ParameterReader(folder: folder).read(entries, inner, of: owner, &problems).values)
  }
}
