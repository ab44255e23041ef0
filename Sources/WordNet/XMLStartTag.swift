import CLibXML2

/// An element's opening tag, valid while its handler runs.
struct XMLStartTag {
  let name: String
  /// The line where the tag ends, from 1.
  let line: Int
  /// libxml2 gives attributes in fives: local name, prefix, namespace, begin and end of the value.
  let attributes: UnsafeBufferPointer<UnsafePointer<xmlChar>?>

  /// The value with its character references replaced, or nil without such an attribute.
  func attribute(_ name: StaticString) -> String? {
    for start in stride(from: 0, to: attributes.count, by: 5) {
      guard let found = attributes[start], xmlStrEqual(found, name.utf8Start) != 0 else { continue }
      return bytes(at: start).map(Self.text)
    }
    return nil
  }

  /// libxml2 leaves each ampersand of a value as `&#38;` while entities are not to be replaced, so that a
  /// tree can be made of it later; no other reference is left.
  private static func text(_ bytes: UnsafeBufferPointer<xmlChar>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(0x26) else { return text }
    return text.replacing("&#38;", with: "&")
  }

  var longestValue: Int {
    stride(from: 0, to: attributes.count, by: 5).lazy.map { bytes(at: $0)?.count ?? 0 }.max() ?? 0
  }

  private func bytes(at start: Int) -> UnsafeBufferPointer<xmlChar>? {
    guard let begin = attributes[start + 3], let end = attributes[start + 4] else { return nil }
    return UnsafeBufferPointer(start: begin, count: end - begin)
  }
}
