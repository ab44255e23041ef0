/// Where each identity's synset stands in a hierarchy's list.
struct SynsetIndices: Sendable {
  private var identities = StringNumbers()

  /// Room for so many synsets.
  mutating func reserveCapacity(_ count: Int) { identities.reserveCapacity(count) }

  /// The place of the identity's synset.
  subscript(id: SynsetID) -> Int32? { identities.find(id.text) }

  /// Gives the next place to an identity that has none yet.
  ///
  /// - Returns: whether it had none.
  mutating func append(_ id: SynsetID) -> Bool {
    let next = identities.count
    return identities.number(id.text) == next
  }
}
