/// When a stage gives up on an item, and when on itself. None of it changes a result.
///
/// They may stand in a stage, or at the top of the file for all stages:
///
///     max_failures: 1%
///     stages:
///       embedding: { uses: features, network: network, images: photos, max_attempts: 3 }
public struct StageLimits: Sendable, Hashable {
  /// How often a run tries an item that fails, counting all runs; an explicit retry comes on top.
  public var attempts = 1
  /// How many items may stand failed before the stage ends early; nil for any number.
  public var failures: FailureLimit?
  /// How long one item may take before it has failed for that.
  public var itemTime: Duration = .seconds(defaultSeconds)

  public init() {}

  init(_ parameters: StageParameters) {
    attempts = parameters.integer(ifPresent: "max_attempts") ?? attempts
    failures = parameters.text(ifPresent: "max_failures").flatMap(FailureLimit.init)
    itemTime = parameters.integer(ifPresent: "max_seconds").map { .seconds($0) } ?? itemTime
  }

  private static let defaultSeconds = 60

  /// Every stage has them, whatever its kind.
  public static let parameters: [ParameterDeclaration] = [
    .init(
      "max_attempts", .integer(1...1000), default: .integer(1), changesResult: false,
      help: "how often a failing item is tried before it stands failed"),
    .init(
      "max_failures", .countOrShare, changesResult: false,
      help: "how many items may fail before the stage ends early: 100, or 1% of its items"),
    .init(
      "max_seconds", .integer(1...86_400), default: .integer(defaultSeconds), changesResult: false,
      help: "how long one item may take before it has failed"),
  ]
}

/// `max_failures`: a number of items, or a share of a stage's items.
public enum FailureLimit: Sendable, Hashable, CustomStringConvertible {
  case count(Int)
  /// In percent.
  case share(Double)

  /// "100" or "0.5%".
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
      self = .share(percent)
    } else {
      guard let count = Int(text), count >= 0 else { return nil }
      self = .count(count)
    }
  }

  public var description: String {
    switch self {
    case .count(let count): String(count)
    case .share(let percent): ParameterValue.number(percent).canonicalText + "%"
    }
  }

  /// - Parameter total: all of the stage's items; nil while it isn't known, and then no share is exceeded.
  func isExceeded(by failed: Int, of total: Int?) -> Bool {
    switch self {
    case .count(let count): failed > count
    case .share(let percent): total.map { Double(failed) * 100 > percent * Double($0) } ?? false
    }
  }
}
