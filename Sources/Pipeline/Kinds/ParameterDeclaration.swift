/// What a stage kind says about one of its parameters: the only place where its type, its default and
/// whether it can change a result are written down.
public struct ParameterDeclaration: Sendable {
  public var name: String
  public var type: ParameterType
  public var isRequired: Bool
  /// What stands when the file says nothing; taken as part of the result like a written value.
  public var defaultValue: ParameterValue?
  /// False for thread counts, batch sizes and the like: a change of theirs makes nothing stale.
  public var changesResult: Bool
  public var help: String

  public init(
    _ name: String, _ type: ParameterType, isRequired: Bool = false,
    default defaultValue: ParameterValue? = nil,
    changesResult: Bool = true, help: String
  ) {
    self.name = name
    self.type = type
    self.isRequired = isRequired
    self.defaultValue = defaultValue
    self.changesResult = changesResult
    self.help = help
  }
}

public indirect enum ParameterType: Sendable {
  /// A file or folder, relative to the pipeline file. Never part of a fingerprint as text: the stage's
  /// `inputs()` say whether its contents or its name count.
  case path(PathType)
  /// One of a few names that stand for something built in, or else a path: `labels: ilsvrc2012`.
  case nameOrPath([String], PathType)
  case text
  case choice([String])
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// A list of so many numbers: `mean: [0.485, 0.456, 0.406]`.
  case numbers(count: Int)
  case boolean
  /// A number of items, or a share of them: `100`, `1%`.
  case countOrShare
  /// The name of another stage, of one of these kinds: an edge of the graph.
  case reference(kinds: [String])
  /// Named parameters inside a parameter: `calibrate: { images: photos, count: 300 }`.
  case group([ParameterDeclaration])
  /// One of a few names, or else the parameters that such a name stands for, spelled out.
  case choiceOrGroup([String], [ParameterDeclaration])

  public enum PathType: Sendable {
    case file
    case folder
    /// A file or a folder.
    case any
    /// A file, a folder, or files as a pattern with braces, `shard-{000..009}.tar`: the stage looks for those itself.
    case anyOrPattern
  }

  /// What may stand there, in words: "a whole number from 1 to 10".
  public var expectation: String { ValueRule.expectation(self) }

  /// What may stand inside, where something may.
  var groupParameters: [ParameterDeclaration]? {
    switch self {
    case .group(let inner), .choiceOrGroup(_, let inner): inner
    default: nil
    }
  }
}
