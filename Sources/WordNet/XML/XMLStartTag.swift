import CLibXML2

/// An element's opening tag, valid while its handler runs.
struct XMLStartTag {
  private let namePointer: UnsafePointer<xmlChar>
  /// libxml2 gives attributes in fives: local name, prefix, namespace, begin and end of the value.
  private let attributes: UnsafeBufferPointer<UnsafePointer<xmlChar>?>
  private let context: xmlParserCtxtPtr

  init(
    name: UnsafePointer<xmlChar>, attributes: UnsafeBufferPointer<UnsafePointer<xmlChar>?>,
    context: xmlParserCtxtPtr
  ) {
    namePointer = name
    self.attributes = attributes
    self.context = context
  }

  var name: String { String(cString: namePointer) }

  /// The parser keeps each name once, so that names are equal when their places are.
  var namePlace: UnsafePointer<xmlChar> { namePointer }

  /// The line where the tag ends, from 1.
  var line: Int { Int(synoptic_xml_line(context)) }

  /// The value with its character references replaced, or nil without such an attribute.
  func attribute(_ name: StaticString) -> String? {
    bytes(of: name).map(Self.text)
  }

  /// The value's bytes, which are valid while the handler runs. An ampersand is `&#38;`: see `text`.
  func bytes(of name: XMLAttributeName) -> UnsafeBufferPointer<UInt8>? {
    var start = 0
    while start < attributes.count {
      if attributes[start] == name.place, attributes[start + 1] == nil { return bytes(at: start) }
      start += 5
    }
    return nil
  }

  /// The same by the name's letters, for what is not asked of every element.
  func bytes(of name: StaticString) -> UnsafeBufferPointer<UInt8>? {
    for start in stride(from: 0, to: attributes.count, by: 5) {
      guard let found = attributes[start], found.pointee == name.utf8Start.pointee,
        attributes[start + 1] == nil,
        xmlStrEqual(found, name.utf8Start) != 0
      else { continue }
      return bytes(at: start)
    }
    return nil
  }

  /// libxml2 leaves each ampersand of a value as `&#38;` while entities are not to be replaced, so that a
  /// tree can be made of it later; no other reference is left.
  static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(0x26) else { return text }
    return text.replacing("&#38;", with: "&")
  }

  var longestValue: Int {
    var longest = 0
    var start = 0
    while start < attributes.count {
      longest = max(longest, bytes(at: start)?.count ?? 0)
      start += 5
    }
    return longest
  }

  private func bytes(at start: Int) -> UnsafeBufferPointer<UInt8>? {
    guard let begin = attributes[start + 3], let end = attributes[start + 4] else { return nil }
    return UnsafeBufferPointer(start: begin, count: end - begin)
  }
}
