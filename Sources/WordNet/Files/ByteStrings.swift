/// Distinct strings of bytes, numbered in the order they first come: one block of bytes and a hash table,
/// which for a few hundred thousand identifiers is a fraction of the time and memory that a dictionary of strings takes.
///
/// Strings are told apart by 64 bits of a hash with a random seed: that two of a million have the same is less likely
/// than one in ten million, and nobody can choose them so.
struct ByteStrings: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// By hash, open addressing: a string's hash and its number. A power of two of places, at least twice as many as
  /// strings.
  private var places = [Place](repeating: Place(), count: 1 << 12)
  /// What tells strings apart.
  let hash = ByteHash()

  private struct Place: Sendable {
    var hash: UInt64 = 0
    var number: Int32 = -1
  }

  var count: Int { ends.count }

  /// Room for so many strings.
  mutating func reserveCapacity(_ count: Int) {
    ends.reserveCapacity(count)
    while places.count < count * 2 { grow() }
  }

  /// The number of a string, a new one when it has not come before.
  mutating func number(_ text: UnsafeBufferPointer<UInt8>) -> Int32 { number(text, hash: hash(text)) }

  /// - Parameter hash: by which the string is told apart: that of its bytes, or of those that stand for all strings equal
  ///   to it.
  mutating func number(_ text: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int32 {
    let place = place(hash)
    if places[place].number >= 0 { return places[place].number }
    let number = Int32(ends.count)
    places[place] = Place(hash: hash, number: number)
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
    if ends.count * 2 > places.count { grow() }
    return number
  }

  /// The number of a string that has come before.
  func find(_ text: UnsafeBufferPointer<UInt8>) -> Int32? { find(hash: hash(text)) }

  /// The number of the string with this hash.
  func find(hash: UInt64) -> Int32? {
    let number = places[place(hash)].number
    return number >= 0 ? number : nil
  }

  /// Where the string is, or where it would go.
  private func place(_ hash: UInt64) -> Int {
    let mask = places.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while places[place].number >= 0, places[place].hash != hash { place = (place + 1) & mask }
    return place
  }

  subscript(number: Int32) -> ArraySlice<UInt8> {
    let index = Int(number)
    return bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  func text(_ number: Int32) -> String { String(decoding: self[number], as: UTF8.self) }

  private mutating func grow() {
    let old = places
    places = [Place](repeating: Place(), count: old.count * 2)
    for entry in old where entry.number >= 0 { places[place(entry.hash)] = entry }
  }
}
