/// A dictionary that can go back to what it was: by a list of its changes, since a copy of a large one for every step
/// would make a long graph's lowering take the square of its length.
struct RevertibleDictionary<Key: Hashable, Value> {
  private(set) var entries: [Key: Value] = [:]
  private var changes: [(key: Key, was: Value?)] = []

  subscript(key: Key) -> Value? {
    get { entries[key] }
    set {
      changes.append((key, entries[key]))
      entries[key] = newValue
    }
  }

  mutating func removeValue(forKey key: Key) -> Value? {
    let value = entries[key]
    if value != nil { self[key] = nil }
    return value
  }

  /// From here `revert()` leads back to this.
  mutating func mark() { changes.removeAll(keepingCapacity: true) }

  mutating func revert() {
    while let change = changes.popLast() { entries[change.key] = change.was }
  }
}
