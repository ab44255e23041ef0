/// The stage kinds a pipeline file may use.
public struct StageRegistry: Sendable {
  /// In the order given, which is the order of listings.
  public let kinds: [any StageKind.Type]

  public init(_ kinds: [any StageKind.Type]) { self.kinds = kinds }

  public func kind(named name: String) -> (any StageKind.Type)? { kinds.first { $0.name == name } }

  public var names: [String] { kinds.map { $0.name } }
}
