import GRDB

/// A stage that makes its result as a whole: a hierarchy, a network, an index.
///
/// `run` replaces its rows in one transaction of its own, or, where they are many, in pieces that a second
/// `run` after a kill finishes. The runner marks the result done only after `run` returns.
public protocol WholeStage: Stage {
  /// Whether it trusts its sources' sizes and times, and reads them all again when a run is to verify
  /// (`StageContext.verifies`).
  static var canVerify: Bool { get }

  /// - Returns: what was worked and what of it failed.
  func run(_ context: StageContext) async throws -> ItemCounts

  /// Reasons to run although nothing in the fingerprint changed: "2 images added". Empty when there are none.
  /// Asked only when a finished result stands in the store; must write nothing.
  ///
  /// While planning, `identity.references` tell which stages would run first (`isPending`).
  func check(in db: Database, _ identity: StageIdentity) throws -> [String]
}

extension WholeStage {
  public static var canVerify: Bool { false }
  public func check(in db: Database, _ identity: StageIdentity) throws -> [String] { [] }
}
