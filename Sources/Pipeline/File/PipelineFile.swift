import Foundation

/// A pipeline file that has been read and checked as a whole: stages in the order of the file, each with its
/// kind, its parameters with defaults filled in, and the stages it refers to.
///
///     let file = try PipelineFile.load(
///       "Pipelines/quickstart.yaml", registry: registry, overrides: ["embedding.layer=pool5"],
///       environment: ProcessInfo.processInfo.environment)
public struct PipelineFile: Sendable {
  /// As it was given, for messages.
  public let path: String
  /// Absolute.
  public let storePath: String
  /// In the order of the file.
  public let stages: [PipelineStage]

  public func stage(named name: String) -> PipelineStage? { stages.first { $0.name == name } }

  /// The stages with each after all it refers to; otherwise in the order of the file.
  public var stagesInRunningOrder: [PipelineStage] {
    var placed: Set<String> = []
    var order: [PipelineStage] = []
    var waiting = stages
    while let next = waiting.firstIndex(where: { $0.references.allSatisfy { placed.contains($0.stage) } }) {
      let stage = waiting.remove(at: next)
      placed.insert(stage.name)
      order.append(stage)
    }
    return order + waiting
  }

  /// Reads and checks a file. Nothing is written and no stage runs.
  ///
  /// - Parameters:
  ///   - overrides: `stage.parameter=value`, applied in order.
  ///   - environment: what `${NAME}` reads.
  /// - Throws: `PipelineError` with every problem that was found.
  public static func load(
    _ path: String, registry: StageRegistry, overrides: [String] = [], environment: [String: String] = [:]
  ) throws(PipelineError) -> PipelineFile {
    var root = try SourceReader.read(path: path)
    var problems: [PipelineProblem] = []
    Override.apply(overrides, to: &root, problems: &problems)
    root = EnvironmentReference.expanding(root, environment: environment, problems: &problems)
    if !problems.isEmpty { throw PipelineError(problems) }
    let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path
    return try FileValidation(path: path, folder: folder, registry: registry).pipeline(from: root)
  }
}

/// One stage of a checked pipeline file.
public struct PipelineStage: Sendable {
  public let name: String
  public let kind: any StageKind.Type
  public let parameters: StageParameters
  /// In the order of the kind's declarations.
  public let references: [Reference]
  public let stage: any Stage
  public let limits: StageLimits
  public let location: SourceLocation

  public struct Reference: Sendable, Hashable {
    /// Dotted inside groups.
    public let parameter: String
    /// The name of the stage referred to.
    public let stage: String
    /// False when the reference only orders.
    public let changesResult: Bool
  }

  public var uses: String { kind.name }
}
