import FeatureStore
import GRDB
import WordNet

/// How many images each synset has, itself and below.
public struct ClassTree: Sendable {
  public struct Counts: Sendable, Hashable {
    /// Images of this very class.
    public var own: Int
    /// Images of the class and of all classes under it, each once however many ways lead to it.
    public var below: Int
  }

  public let hierarchy: Hierarchy
  private let own: [SynsetID: Int]
  private let below: [SynsetID: Int]

  /// - Parameter own: images by wnid; those of synsets that the hierarchy doesn't have stand alone.
  public init(_ hierarchy: Hierarchy, own counts: [String: Int]) {
    self.hierarchy = hierarchy
    var own: [SynsetID: Int] = [:]
    for (wnid, count) in counts { own[SynsetID(wnid)] = count }
    var below = own
    for (synset, count) in own {
      for ancestor in hierarchy.ancestors(of: synset) { below[ancestor, default: 0] += count }
    }
    self.own = own
    self.below = below
  }

  /// True classes, and for unlabelled images the class found most probable in `space`.
  ///
  /// - Parameter space: nil for true classes only; one whose network has no labels adds nothing.
  public static func load(_ hierarchy: Hierarchy, space: SpaceRecord?, _ db: Database) throws -> ClassTree {
    var counts = try ClassCounts.labelled(in: db)
    if let space, try space.labels(in: db) != nil {
      counts.merge(try ClassCounts.predicted(space: space, in: db), uniquingKeysWith: +)
    }
    return ClassTree(hierarchy, own: counts)
  }

  public func counts(of id: SynsetID) -> Counts { Counts(own: own[id] ?? 0, below: below[id] ?? 0) }
}
