import CLibXML2

/// An element's opening tag, valid while its handler runs.
struct XMLStartTag {
  let name: String
  /// The line where the tag ends, from 1.
  let line: Int
  /// libxml2 gives attributes in fives: local name, prefix, namespace, begin and end of the value.
  let attributes: UnsafeBufferPointer<UnsafePointer<xmlChar>?>

  /// The value with its character references replaced, or nil without such an attribute.
  func attribute(_ name: String) -> String? {
    for start in stride(from: 0, to: attributes.count, by: 5) {
      guard let found = attributes[start], String(cString: found) == name else { continue }
      return bytes(at: start).map { String(decoding: $0, as: UTF8.self) }
    }
    return nil
  }

  var longestValue: Int {
    stride(from: 0, to: attributes.count, by: 5).lazy.map { bytes(at: $0)?.count ?? 0 }.max() ?? 0
  }

  private func bytes(at start: Int) -> UnsafeBufferPointer<xmlChar>? {
    guard let begin = attributes[start + 3], let end = attributes[start + 4] else { return nil }
    return UnsafeBufferPointer(start: begin, count: end - begin)
  }
}
