import CLibXML2

/// What no synset file comes near; beyond it a file is refused before it costs memory or time.
struct XMLLimits: Sendable {
  /// Elements open at once. WordNet's nouns are 20 deep.
  var depth = 256
  /// Bytes of one attribute's value. WordNet's longest gloss has under 1,000.
  var attributeBytes = 64 << 10
  /// Bytes of one tag or comment. libxml2's time grows with the square of a tag's attributes.
  var tagBytes = 256 << 10
}

/// Feeds a file to libxml2's push parser (SAX2) piece by piece and hands on its elements.
///
/// Nothing but the file is read: no network, no DTD. Declaring an entity, or using one that XML does not
/// define itself, is an error rather than something to ignore.
/// <https://gnome.pages.gitlab.gnome.org/libxml2/>
///
/// All pointers from libxml2 stay in this file and in `XMLStartTag`.
final class XMLStreamParser {
  typealias StartHandler = (XMLStartTag) throws(WordNetReadError) -> Void
  typealias EndHandler = () throws(WordNetReadError) -> Void

  private let path: String
  private let limits: XMLLimits
  private let onStart: StartHandler
  private let onEnd: EndHandler
  private var context: xmlParserCtxtPtr?
  private var depth = 0
  private var failure: WordNetReadError?
  /// At the end of the file libxml2 hands out even a tag that is cut off, and only then finds that it is.
  private var isAtEnd = false

  /// Parses the whole file. The first error thrown by a handler ends it.
  static func parse(
    _ path: String, limits: XMLLimits = XMLLimits(), onStart: @escaping StartHandler,
    onEnd: @escaping EndHandler
  ) throws(WordNetReadError) {
    try XMLStreamParser(path: path, limits: limits, onStart: onStart, onEnd: onEnd).run()
  }

  private init(
    path: String, limits: XMLLimits, onStart: @escaping StartHandler, onEnd: @escaping EndHandler
  ) {
    self.path = path
    self.limits = limits
    self.onStart = onStart
    self.onEnd = onEnd
  }

  private func run() throws(WordNetReadError) {
    var file = try FilePieces(path: path)
    var handler = Self.handler()
    context = synoptic_xml_create(&handler, Unmanaged.passUnretained(self).toOpaque())
    guard let context else { throw .unreadable(path: path, reason: "no memory for the XML parser") }
    defer {
      synoptic_xml_free(context)
      self.context = nil
    }
    var piece: [UInt8] = []
    var isFirst = true
    repeat {
      try file.next(into: &piece)
      if isFirst { try refuseWhatIsNoXML(piece) }
      isFirst = false
      isAtEnd = piece.isEmpty
      let status = piece.withUnsafeBytes { bytes in
        xmlParseChunk(
          context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count),
          isAtEnd ? 1 : 0)
      }
      if let failure, !isAtEnd { throw failure }
      if status != 0, synoptic_xml_is_well_formed(context) == 0 { throw syntaxError(context) }
      if let failure { throw failure }
      if synoptic_xml_unused_bytes(context) > limits.tagBytes {
        throw .beyondLimit(path: path, line: line, what: "a tag's length", limit: limits.tagBytes)
      }
    } while !piece.isEmpty
    if synoptic_xml_is_well_formed(context) == 0 { throw syntaxError(context) }
  }

  private func refuseWhatIsNoXML(_ piece: [UInt8]) throws(WordNetReadError) {
    let found: String
    if piece.isEmpty {
      found = "an empty file"
    } else if piece.starts(with: [0x1F, 0x8B]) {
      found = "a gzip file; unpack it first"
    } else {
      return
    }
    throw .unexpectedContents(path: path, line: nil, found: found, expected: "XML")
  }

  private var line: Int { context.map { Int(synoptic_xml_line($0)) } ?? 0 }

  private func syntaxError(_ context: xmlParserCtxtPtr) -> WordNetReadError {
    var line: Int32 = 0
    var column: Int32 = 0
    let message = synoptic_xml_error(context, &line, &column).map { String(cString: $0) } ?? "unknown error"
    let isCutOff = isAtEnd && depth > 0
    let reason =
      isCutOff
      ? "the file ends before its elements do; it may be cut off"
      : message.split(whereSeparator: \.isNewline).joined(separator: " ")
    return .notWellFormed(path: path, line: Int(line), column: Int(column), reason: reason)
  }

  // MARK: - What the parser calls

  private func start(_ tag: XMLStartTag) {
    attempt { () throws(WordNetReadError) in
      depth += 1
      if depth > limits.depth {
        throw .beyondLimit(path: path, line: tag.line, what: "the depth of elements", limit: limits.depth)
      }
      if tag.longestValue > limits.attributeBytes {
        throw .beyondLimit(
          path: path, line: tag.line, what: "an attribute's length", limit: limits.attributeBytes)
      }
      try onStart(tag)
    }
  }

  private func end() {
    attempt { () throws(WordNetReadError) in
      depth -= 1
      try onEnd()
    }
  }

  private func refuseEntity(_ name: String) {
    attempt { () throws(WordNetReadError) in
      throw .entityRefused(path: path, line: line, name: name)
    }
  }

  /// C has no errors to throw through: the first is kept, and the parser stopped.
  private func attempt(_ action: () throws(WordNetReadError) -> Void) {
    guard failure == nil else { return }
    do throws(WordNetReadError) {
      try action()
    } catch {
      failure = error
      if !isAtEnd { xmlStopParser(context) }
    }
  }

  private static func handler() -> xmlSAXHandler {
    xmlInitParser()
    var handler = xmlSAXHandler()
    handler.startElementNs = { data, name, _, _, _, _, count, _, attributes in
      guard let parser = XMLStreamParser.from(data), let name else { return }
      let fields = UnsafeBufferPointer(start: attributes, count: attributes == nil ? 0 : Int(count) * 5)
      parser.start(
        XMLStartTag(
          name: String(cString: name), line: parser.line,
          attributes: UnsafeBufferPointer(rebasing: fields[...])))
    }
    handler.endElementNs = { data, _, _, _ in XMLStreamParser.from(data)?.end() }
    handler.entityDecl = { data, name, _, _, _, _ in
      XMLStreamParser.from(data)?.refuseEntity(XMLStreamParser.text("<!ENTITY ", name, ">"))
    }
    handler.unparsedEntityDecl = { data, name, _, _, _ in
      XMLStreamParser.from(data)?.refuseEntity(XMLStreamParser.text("<!ENTITY ", name, ">"))
    }
    handler.getEntity = { data, name in
      XMLStreamParser.from(data)?.refuseEntity(XMLStreamParser.text("&", name, ";"))
      return nil
    }
    handler.getParameterEntity = { data, name in
      XMLStreamParser.from(data)?.refuseEntity(XMLStreamParser.text("%", name, ";"))
      return nil
    }
    // Errors are asked for afterwards; without a receiver older versions print them.
    handler.serror = { _, _ in }
    return handler
  }

  private static func text(_ before: String, _ name: UnsafePointer<xmlChar>?, _ after: String) -> String {
    before + (name.map { String(cString: $0) } ?? "") + after
  }

  private static func from(_ data: UnsafeMutableRawPointer?) -> XMLStreamParser? {
    data.map { Unmanaged<XMLStreamParser>.fromOpaque($0).takeUnretainedValue() }
  }
}
