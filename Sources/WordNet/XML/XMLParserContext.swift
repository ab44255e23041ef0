import CLibXML2

/// One of libxml2's push parsers.
final class XMLParserContext {
  private let pointer: xmlParserCtxtPtr

  /// nil without memory for it.
  init?() {
    var callbacks = Self.callbacks()
    guard let pointer = synoptic_xml_create(&callbacks) else { return nil }
    self.pointer = pointer
  }

  deinit { synoptic_xml_free(pointer) }

  /// Parses the next bytes of a document, or with none its end.
  ///
  /// - Returns: false when libxml2 met an error.
  func parse(_ piece: [UInt8], isLast: Bool, parser: XMLStreamParser) -> Bool {
    synoptic_xml_set_user_data(pointer, Unmanaged.passUnretained(parser).toOpaque())
    return withExtendedLifetime(parser) {
      piece.withUnsafeBytes { bytes in
        xmlParseChunk(
          pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), isLast ? 1 : 0)
      } == 0
    }
  }

  func stop() { xmlStopParser(pointer) }

  /// Of what libxml2 calls from now on: a call for every text and every end would take longer than what they are for.
  func listen(toText: Bool, toEnds: Bool) {
    pointer.pointee.sax.pointee.characters = toText ? Self.characters : nil
    // The same, or libxml2 would look at every text to tell blanks apart.
    pointer.pointee.sax.pointee.ignorableWhitespace = toText ? Self.characters : nil
    pointer.pointee.sax.pointee.endElementNs = toEnds ? Self.endElement : nil
  }

  /// Elements that are open: where a start tag is handed on, those around it; where an end tag is, it as well, except that
  /// an empty element was never opened.
  var depth: Int { Int(pointer.pointee.nameNr) }

  /// Whether everything so far was well-formed XML.
  var isWellFormed: Bool { synoptic_xml_is_well_formed(pointer) != 0 }

  /// Where the parser has come to, from 1.
  var line: Int { Int(synoptic_xml_line(pointer)) }
  var column: Int { Int(synoptic_xml_column(pointer)) }

  /// The length of an unfinished tag or comment.
  var unusedBytes: Int { synoptic_xml_unused_bytes(pointer) }

  /// The last error.
  var error: (message: String, line: Int, column: Int) {
    var line: Int32 = 0
    var column: Int32 = 0
    let message = synoptic_xml_error(pointer, &line, &column).map { String(cString: $0) }
    return (message ?? "unknown error", Int(line), Int(column))
  }

  /// Where the parser keeps a name: tags of that name have it there.
  func place(of name: String) -> UnsafePointer<xmlChar>? { synoptic_xml_name(pointer, name) }

  func tag(
    _ name: UnsafePointer<xmlChar>, _ count: Int32,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  ) -> XMLStartTag {
    XMLStartTag(
      name: name,
      attributes: UnsafeBufferPointer(start: attributes, count: attributes == nil ? 0 : Int(count) * 5),
      context: pointer)
  }

  private static var characters: charactersSAXFunc {
    { data, text, count in
      XMLParserContext.use(data) { $0.text(UnsafeBufferPointer(start: text, count: Int(count))) }
    }
  }

  private static var endElement: endElementNsSAX2Func {
    { data, _, _, _ in XMLParserContext.use(data) { $0.end() } }
  }

  private static func callbacks() -> xmlSAXHandler {
    xmlInitParser()
    var callbacks = xmlSAXHandler()
    callbacks.startElementNs = { data, name, _, _, _, _, count, _, attributes in
      guard let name else { return }
      XMLParserContext.use(data) { $0.start($0.tag(name, count, attributes)) }
    }
    callbacks.entityDecl = { data, name, _, _, _, _ in
      XMLParserContext.use(data) { $0.refuseEntity(XMLParserContext.text("<!ENTITY ", name, ">")) }
    }
    callbacks.unparsedEntityDecl = { data, name, _, _, _ in
      XMLParserContext.use(data) { $0.refuseEntity(XMLParserContext.text("<!ENTITY ", name, ">")) }
    }
    callbacks.getEntity = { data, name in
      XMLParserContext.use(data) { $0.refuseEntity(XMLParserContext.text("&", name, ";")) }
      return nil
    }
    callbacks.getParameterEntity = { data, name in
      XMLParserContext.use(data) { $0.refuseEntity(XMLParserContext.text("%", name, ";")) }
      return nil
    }
    // Errors are asked for afterwards; without a receiver older versions print them.
    callbacks.serror = { _, _ in }
    return callbacks
  }

  private static func text(_ before: String, _ name: UnsafePointer<xmlChar>?, _ after: String) -> String {
    before + (name.map { String(cString: $0) } ?? "") + after
  }

  /// Without counting references, which would take longer than most elements.
  private static func use(_ data: UnsafeMutableRawPointer?, _ body: (XMLStreamParser) -> Void) {
    guard let data else { return }
    Unmanaged<XMLStreamParser>.fromOpaque(data)._withUnsafeGuaranteedRef { body($0) }
  }
}
