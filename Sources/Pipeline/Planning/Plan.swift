/// What a run would do, and why.
public struct Plan: Sendable, Encodable {
  /// In running order.
  public let stages: [PlannedStage]
  /// The contents hashed on the way; a run keeps them.
  let digests: FileDigests

  public func stage(named name: String) -> PlannedStage? { stages.first { $0.name == name } }

  /// `{"stages": {NAME: {"uses", "state", "reasons", "items"}}}`
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NameKey.self)
    var inner = container.nestedContainer(keyedBy: NameKey.self, forKey: NameKey("stages"))
    for stage in stages { try inner.encode(stage, forKey: NameKey(stage.name)) }
  }
}

public struct PlannedStage: Sendable, Encodable {
  public enum State: String, Sendable, Codable {
    /// The result stands; nothing to do.
    case current
    /// There is a result, but not of what the file now says or the sources now hold.
    case stale
    /// Never run.
    case new
    /// Begun or finished, with something left to do.
    case incomplete
  }

  public let name: String
  public let uses: String
  public let state: State
  /// Why it would run; empty when current.
  public let reasons: [String]
  public let items: ItemCounts
  public let identity: StageIdentity
  public let fingerprint: Fingerprint
  /// The stages it refers to, by parameter: the edges of the graph.
  public let references: [PipelineStage.Reference]
  let resultID: Int64?
  let recordedItems: ItemCounts?

  private enum CodingKeys: String, CodingKey {
    case uses
    case state
    case reasons
    case items
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(uses, forKey: .uses)
    try container.encode(state, forKey: .state)
    try container.encode(reasons, forKey: .reasons)
    try container.encode(items, forKey: .items)
  }
}

/// A stage's name as a key of JSON.
struct NameKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
