/// Which result a stage stands for: enough to find its rows, whether or not they are there yet.
public struct StageIdentity: Sendable, Hashable {
  /// The user's name for the stage; never part of the fingerprint.
  public let stageName: String
  public let kind: String
  /// 64 hexadecimal digits.
  public let fingerprint: String
  /// By parameter, dotted inside groups.
  public let references: [String: UpstreamResult]

  public init(
    stageName: String, kind: String, fingerprint: String, references: [String: UpstreamResult] = [:]
  ) {
    self.stageName = stageName
    self.kind = kind
    self.fingerprint = fingerprint
    self.references = references
  }

  /// The result the parameter refers to.
  public func reference(_ parameter: String) throws(StageParameterError) -> UpstreamResult {
    guard let result = references[parameter] else {
      throw StageParameterError(
        parameter: parameter, message: "stage '\(stageName)' names no stage as '\(parameter)'; name one there"
      )
    }
    return result
  }

  public func reference(ifPresent parameter: String) -> UpstreamResult? { references[parameter] }
}

/// The result of a stage that another refers to.
public struct UpstreamResult: Sendable, Hashable {
  public let stageName: String
  public let kind: String
  public let fingerprint: String
  /// While planning: the stage would run first, so its rows may still change. Never true in a run, where
  /// a stage has its turn after all it refers to.
  public let isPending: Bool

  public init(stageName: String, kind: String, fingerprint: String, isPending: Bool = false) {
    self.stageName = stageName
    self.kind = kind
    self.fingerprint = fingerprint
    self.isPending = isPending
  }
}
