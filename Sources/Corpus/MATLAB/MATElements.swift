/// The elements of a MATLAB file, or of an array in it, one after another: a type, a length and so many bytes.
///
/// Source: "MAT-File Format" (The MathWorks), Level 5.
struct MATElements {
  struct Element {
    var type: MATType
    var contents: ArraySlice<UInt8>
  }

  let isBigEndian: Bool
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
    (rest, self.isBigEndian) = (bytes, isBigEndian)
  }

  /// - Returns: nil at the end.
  mutating func next() throws(MATFile.Problem) -> Element? {
    guard !rest.isEmpty else { return nil }
    guard rest.count >= 8 else { throw .cutOff }
    let word = integer(rest.prefix(4))
    if word >> 16 != 0 {
      // A short element lies in its own tag.
      let count = Int(word >> 16)
      guard count <= 4 else { throw .init("an element says that \(count) bytes lie in four") }
      defer { rest = rest.dropFirst(8) }
      return Element(type: MATType(code: word & 0xffff), contents: rest.dropFirst(4).prefix(count))
    }
    let type = MATType(code: word)
    let count = Int(integer(rest.dropFirst(4).prefix(4)))
    guard count <= rest.count - 8 else { throw .cutOff }
    let contents = rest.dropFirst(8).prefix(count)
    // Packed data alone is not filled up.
    rest = rest.dropFirst(8 + (type == .compressed ? count : (count + 7) / 8 * 8))
    return Element(type: type, contents: contents)
  }

  /// The next element, which must be there.
  mutating func require() throws(MATFile.Problem) -> Element {
    guard let element = try next() else { throw .cutOff }
    return element
  }

  /// An unsigned number of at most eight bytes.
  private func integer(_ bytes: some Collection<UInt8>) -> UInt64 {
    MATType.integer(bytes, isBigEndian: isBigEndian)
  }
}
