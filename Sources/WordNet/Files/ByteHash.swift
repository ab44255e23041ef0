/// A hash of bytes, another one for each value of this type: eight bytes at a time, multiplied and folded.
struct ByteHash: Sendable {
  private let seed = UInt64.random(in: .min ... .max) | 1

  func callAsFunction(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(text)
    let count = raw.count
    var state = seed &+ UInt64(count)
    guard count >= 8 else {
      var rest: UInt64 = 0
      for byte in raw { rest = rest << 8 | UInt64(byte) }
      return fold(fold(state ^ rest))
    }
    var offset = 0
    while offset < count - 8 {
      state = fold(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    // The last eight, of which some may have come already: the length is in the hash.
    return fold(fold(state ^ raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)))
  }

  private func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return (product.high ^ product.low) &+ seed
  }
}
