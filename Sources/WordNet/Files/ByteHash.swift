/// A hash of bytes, another one for each value of this type: eight bytes at a time, multiplied and folded.
struct ByteHash {
  private let seed = UInt64.random(in: .min ... .max) | 1

  func callAsFunction(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(text)
    var state = seed &+ UInt64(raw.count)
    var offset = 0
    while offset + 8 <= raw.count {
      state = fold(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < raw.count {
      rest = rest << 8 | UInt64(raw[offset])
      offset += 1
    }
    return fold(fold(state ^ rest))
  }

  private func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return (product.high ^ product.low) &+ seed
  }
}
