/// A hash of bytes, another one for each value of this type: eight bytes at a time, multiplied and folded.
struct ByteHash: Sendable {
  private let seed = UInt64.random(in: .min ... .max) | 1

  func callAsFunction(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(text)
    let count = raw.count
    var state = seed
    var last: UInt64 = 0
    if count >= 8 {
      var offset = 0
      while offset < count - 8 {
        state = fold(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
      }
      last = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    } else {
      for byte in raw { last = last << 8 | UInt64(byte) }
    }
    // Of the last eight bytes some may have come already, so that the length has a step of its own: added to the seed it
    // could make up for a difference in the first bytes.
    return fold(fold(state ^ last) &+ UInt64(count))
  }

  private func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return (product.high ^ product.low) &+ seed
  }
}
