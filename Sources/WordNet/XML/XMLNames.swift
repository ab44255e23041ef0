import CLibXML2

/// A format's element names. The parser keeps each name once, so that a tag's name is told by its place in memory.
struct XMLNames<Kind: CaseIterable & RawRepresentable<String>> {
  private let places: [UnsafePointer<xmlChar>?]
  private let kinds: [Kind]

  init(_ parser: XMLParserContext) {
    kinds = Array(Kind.allCases)
    places = kinds.map { parser.place(of: $0.rawValue) }
  }

  /// nil for an element that is not of the format.
  func kind(of tag: XMLStartTag) -> Kind? {
    for index in 0..<places.count where places[index] == tag.namePlace { return kinds[index] }
    return nil
  }
}

/// An attribute's name, told like an element's by its place in memory.
struct XMLAttributeName {
  let text: String
  let place: UnsafePointer<xmlChar>?

  init(_ text: String, _ parser: XMLParserContext) {
    self.text = text
    place = parser.place(of: text)
  }
}
