/// Synsets and the hypernym edges between them: a directed acyclic graph.
///
/// A synset may have several hypernyms (parents): WordNet's dog is both a canine and a domestic animal.
///
///     let hierarchy = try HierarchyReader.read("structure.xml")
///     let dog = try hierarchy.resolve("dog").id
///     print(hierarchy.subtree(of: dog).count, hierarchy.parents(of: dog))
///
/// A synset that the hierarchy does not have has no parents, no children and an empty subtree.
public struct Hierarchy: Sendable {
  /// Every synset once, in the source's order.
  public let synsets: [Synset]
  /// The edges that were left out: those that close a cycle or name a synset that is not there.
  public let rejectedEdges: [HypernymEdge]
  /// Irregular forms of lemmas, where the source has them.
  public let exceptions: MorphologicalExceptions

  let indices: SynsetIndices
  let parentLists: AdjacencyLists
  let childLists: AdjacencyLists
  /// For every synset, how many elements it takes when written out nested.
  let nestedCounts: [Int]
  let lemmas: LemmaIndex
  let meronymEdges: [MeronymEdge]
  private let keptEdges: [AcyclicEdges.Edge]

  /// Of synsets with the same identity the first counts, and an edge given twice counts once. Meronyms of synsets that
  /// are not there are left out.
  ///
  /// - Parameters:
  ///   - senses: for lemmas, the synsets in order of the lemma's senses, where the source knows it. Synsets
  ///     without the lemma among their words are passed over; those that have it and are not named follow.
  /// - Complexity: O(synsets + words + edges), and the sorting of each lemma's senses.
  public init(
    synsets: [Synset], hypernyms: [(child: SynsetID, parent: SynsetID)], senses: [String: [SynsetID]]? = nil,
    meronyms: [Meronym] = [], exceptions: MorphologicalExceptions = MorphologicalExceptions()
  ) {
    self.init(
      synsets: synsets, hypernyms: hypernyms, order: senses.map(SenseOrder.synsetsOfLemmas) ?? .unknown,
      meronyms: meronyms, exceptions: exceptions)
  }

  init(
    synsets: [Synset], hypernyms: [(child: SynsetID, parent: SynsetID)], order: SenseOrder,
    meronyms: [Meronym] = [], exceptions: MorphologicalExceptions = MorphologicalExceptions()
  ) {
    var distinct: [Synset] = []
    var indices = SynsetIndices()
    distinct.reserveCapacity(synsets.count)
    indices.reserveCapacity(synsets.count)
    for synset in synsets where indices.append(synset.id) { distinct.append(synset) }
    var edges: [AcyclicEdges.Edge] = []
    var rejected: [HypernymEdge] = []
    edges.reserveCapacity(hypernyms.count)
    for (child, parent) in hypernyms {
      guard let childIndex = indices[child], let parentIndex = indices[parent] else {
        rejected.append(HypernymEdge(child: child, parent: parent))
        continue
      }
      edges.append((childIndex, parentIndex))
    }
    self.init(
      distinct: distinct, indices: indices, edges: edges, rejected: rejected, order: order,
      meronyms: meronyms.compactMap { meronym in
        guard let part = indices[meronym.part], let whole = indices[meronym.whole] else { return nil }
        return MeronymEdge(part: part, whole: whole, kind: meronym.kind)
      },
      exceptions: exceptions)
  }

  /// - Parameters:
  ///   - distinct: each identity once, with its place in `indices`.
  ///   - edges: by place; an edge may be there several times.
  init(
    distinct: [Synset], indices: SynsetIndices, edges: [AcyclicEdges.Edge], rejected: [HypernymEdge],
    order: SenseOrder, meronyms: [MeronymEdge], exceptions: MorphologicalExceptions
  ) {
    let (words, (acyclic, parents, children, distinctMeronyms)) = Halves.both(
      { LemmaWords(synsets: distinct, indices: indices, order: order) },
      {
        let acyclic = AcyclicEdges(
          nodeCount: distinct.count, edges: AdjacencyLists.distinct(edges, nodeCount: distinct.count))
        var seen = Set<MeronymEdge>(minimumCapacity: meronyms.count)
        return (
          acyclic,
          AdjacencyLists(
            nodeCount: distinct.count, pairs: acyclic.kept.map { (from: $0.child, to: $0.parent) }),
          AdjacencyLists(
            nodeCount: distinct.count, pairs: acyclic.kept.map { (from: $0.parent, to: $0.child) }),
          meronyms.filter { seen.insert($0).inserted }
        )
      })
    keptEdges = acyclic.kept
    parentLists = parents
    childLists = children
    meronymEdges = distinctMeronyms
    nestedCounts = acyclic.nestedCounts
    lemmas = LemmaIndex(synsets: distinct, words: words, nestedCounts: acyclic.nestedCounts)
    rejectedEdges =
      rejected
      + acyclic.closingCycle.map {
        HypernymEdge(child: distinct[Int($0.child)].id, parent: distinct[Int($0.parent)].id)
      }
    synsets = distinct
    self.indices = indices
    self.exceptions = exceptions
  }

  /// Every edge once, in the source's order.
  public var edges: [(child: SynsetID, parent: SynsetID)] {
    keptEdges.map { (synsets[Int($0.child)].id, synsets[Int($0.parent)].id) }
  }

  /// The synsets without parents, in the source's order.
  public var roots: [SynsetID] { rootIndices.map { synsets[Int($0)].id } }

  var rootIndices: [Int32] { (0..<Int32(synsets.count)).filter { parentLists.count(of: $0) == 0 } }

  /// The nouns among the roots: in WordNet one, `entity`.
  public var nounRoots: [SynsetID] { identifiers(nounRootIndices) }

  var nounRootIndices: [Int32] { rootIndices.filter { synsets[Int($0)].partOfSpeech == .noun } }

  /// nil for an identity that no synset has.
  public func synset(_ id: SynsetID) -> Synset? { indices[id].map { synsets[Int($0)] } }

  /// The hypernyms, in the source's order.
  public func parents(of id: SynsetID) -> [SynsetID] {
    indices[id].map { identifiers(parentLists[$0]) } ?? []
  }

  /// The hyponyms, in the source's order.
  public func children(of id: SynsetID) -> [SynsetID] {
    indices[id].map { identifiers(childLists[$0]) } ?? []
  }

  func identifiers(_ nodes: some Sequence<Int32>) -> [SynsetID] { nodes.map { synsets[Int($0)].id } }
}

/// `parent` is a hypernym of `child`.
public struct HypernymEdge: Sendable, Hashable {
  public let child: SynsetID
  public let parent: SynsetID

  public init(child: SynsetID, parent: SynsetID) {
    self.child = child
    self.parent = parent
  }
}

extension Hierarchy: CustomStringConvertible {
  public var description: String {
    "a hierarchy of \(synsets.count) synsets with \(keptEdges.count) hypernym edges"
  }
}

extension Hierarchy: Equatable {
  /// Whether both have the same synsets, edges and senses. The order of synsets and edges does not count,
  /// because a file of nested elements has its own; nor do meronyms and irregular forms, for which it has no room.
  public static func == (left: Self, right: Self) -> Bool {
    guard left.synsets.count == right.synsets.count, left.keptEdges.count == right.keptEdges.count,
      left.synsets.allSatisfy({ right.synset($0.id) == $0 })
    else { return false }
    let rightEdges = Set(right.edges.lazy.map { HypernymEdge(child: $0.child, parent: $0.parent) })
    return left.edges.allSatisfy { rightEdges.contains(HypernymEdge(child: $0.child, parent: $0.parent)) }
      && left.lemmas.count == right.lemmas.count
      && left.lemmas.all.allSatisfy { left.senses(of: $0) == right.senses(of: $0) }
  }
}
