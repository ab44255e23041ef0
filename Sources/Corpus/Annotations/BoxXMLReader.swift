import CLibXML2

/// Reads annotation files of PASCAL VOC's form with libxml2's push parser (SAX2).
///
/// Nothing but the bytes is read: no network, no DTD, no entities but XML's own. All pointers from libxml2 stay in this
/// file.
final class BoxXMLReader {
  /// What no annotation comes near; beyond it a file is refused before it costs memory or time.
  static let largestFile = 4 << 20
  private static let deepest = 64
  private static let mostBoxes = 10_000
  private static let longestText = 1_024

  /// - Throws: `CorpusError.annotation` with line and column.
  static func read(_ bytes: [UInt8], path: String) throws(CorpusError) -> BoxAnnotation {
    try BoxXMLReader(path).run(bytes)
  }

  private let path: String
  private var context: xmlParserCtxtPtr?
  private var failure: CorpusError?
  private var elements: [String] = []
  private var text: [UInt8] = []
  private var object: Object?
  private var annotation = BoxAnnotation()

  private struct Object {
    var label: String?
    var sides: [String: Int] = [:]
    var isTruncated = false
    var isDifficult = false
    let line: Int
  }

  private init(_ path: String) { self.path = path }

  private func run(_ bytes: [UInt8]) throws(CorpusError) -> BoxAnnotation {
    guard bytes.count <= Self.largestFile else { throw .tooLarge(path: path, limit: Self.largestFile) }
    guard !bytes.isEmpty else { throw error(1, 1, "an empty file; expected XML") }
    var handler = Self.handler()
    context = synoptic_xml_create(&handler)
    guard let context else { throw error(0, 0, "no memory for the XML parser") }
    synoptic_xml_set_user_data(context, Unmanaged.passUnretained(self).toOpaque())
    defer {
      synoptic_xml_free(context)
      self.context = nil
    }
    bytes.withUnsafeBytes { bytes in
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      // The end apart: what comes before it is handed out as if more could follow.
      xmlParseChunk(context, start, Int32(bytes.count), 0)
      if failure == nil { xmlParseChunk(context, start, 0, 1) }
    }
    if let failure { throw failure }
    guard synoptic_xml_is_well_formed(context) != 0 else { throw syntaxError(context) }
    return annotation
  }

  private func error(_ line: Int, _ column: Int, _ reason: String) -> CorpusError {
    .annotation(file: path, line: line, column: column, reason: reason)
  }

  private func syntaxError(_ context: xmlParserCtxtPtr) -> CorpusError {
    var line: Int32 = 0
    var column: Int32 = 0
    let message = synoptic_xml_error(context, &line, &column).map { String(cString: $0) } ?? "not well-formed"
    return error(
      Int(line), Int(column), message.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  private var line: Int { context.map { Int(synoptic_xml_line($0)) } ?? 0 }

  /// C has no errors to throw through: the first is kept, and the parser stopped.
  private func fail(_ reason: String, line: Int? = nil) {
    guard failure == nil else { return }
    failure = error(line ?? self.line, 1, reason)
    xmlStopParser(context)
  }

  // MARK: - What the parser calls

  private func start(_ name: String) {
    guard failure == nil else { return }
    if elements.isEmpty, name != "annotation" { return fail("<\(name)>; expected an <annotation>") }
    if elements.count == Self.deepest { return fail("elements more than \(Self.deepest) deep") }
    elements.append(name)
    text.removeAll(keepingCapacity: true)
    if elements.count == 2, name == "object" { object = Object(line: line) }
  }

  private func end() {
    guard failure == nil, let name = elements.popLast() else { return }
    let value = String(decoding: text, as: UTF8.self).trimmingCharacters()
    text.removeAll(keepingCapacity: true)
    guard object != nil else { return }
    // A part of an object (VOC's heads and hands) has a name and a box of its own, deeper down.
    switch (elements.count, elements.last, name) {
    case (2, "object", "name"): object?.label = value
    case (2, "object", "truncated"): object?.isTruncated = value == "1"
    case (2, "object", "difficult"): object?.isDifficult = value == "1"
    case (3, "bndbox", _) where elements[1] == "object": side(name, value)
    case (1, _, "object"): finishObject()
    default: break
    }
  }

  private func side(_ name: String, _ value: String) {
    guard ["xmin", "ymin", "xmax", "ymax"].contains(name) else { return }
    guard let number = Double(value), abs(number) < 1e6 else {
      return fail("<\(name)> is no number: \(value)")
    }
    object?.sides[name] = Int(number.rounded())
  }

  private func finishObject() {
    guard let done = object else { return }
    object = nil
    guard let label = done.label, !label.isEmpty else {
      return fail("an <object> without a <name>", line: done.line)
    }
    guard let left = done.sides["xmin"], let top = done.sides["ymin"], let right = done.sides["xmax"],
      let bottom = done.sides["ymax"]
    else { return fail("an <object> without the four sides of its <bndbox>", line: done.line) }
    guard left <= right, top <= bottom else {
      return fail("a <bndbox> whose sides are the wrong way round", line: done.line)
    }
    guard annotation.boxes.count < Self.mostBoxes else { return fail("more than \(Self.mostBoxes) objects") }
    annotation.boxes.append(
      AnnotatedBox(
        label: label, left: left, top: top, right: right, bottom: bottom, isTruncated: done.isTruncated,
        isDifficult: done.isDifficult))
  }

  private func characters(_ bytes: UnsafeBufferPointer<xmlChar>) {
    guard object != nil, failure == nil else { return }
    text.append(contentsOf: bytes)
    if text.count > Self.longestText { fail("a text of more than \(Self.longestText) bytes") }
  }

  private static func handler() -> xmlSAXHandler {
    xmlInitParser()
    var handler = xmlSAXHandler()
    handler.startElementNs = { data, name, _, _, _, _, _, _, _ in
      guard let reader = BoxXMLReader.from(data), let name else { return }
      reader.start(String(cString: name))
    }
    handler.endElementNs = { data, _, _, _ in BoxXMLReader.from(data)?.end() }
    handler.characters = { data, bytes, count in
      BoxXMLReader.from(data)?.characters(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }
    handler.cdataBlock = { data, bytes, count in
      BoxXMLReader.from(data)?.characters(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }
    handler.entityDecl = { data, _, _, _, _, _ in BoxXMLReader.from(data)?.fail("an entity; none is allowed")
    }
    handler.unparsedEntityDecl = { data, _, _, _, _ in
      BoxXMLReader.from(data)?.fail("an entity; none is allowed")
    }
    handler.getEntity = { data, _ in
      BoxXMLReader.from(data)?.fail("an entity; none is allowed")
      return nil
    }
    handler.getParameterEntity = { data, _ in
      BoxXMLReader.from(data)?.fail("an entity; none is allowed")
      return nil
    }
    // Errors are asked for afterwards; without a receiver older versions print them.
    handler.serror = { _, _ in }
    return handler
  }

  private static func from(_ data: UnsafeMutableRawPointer?) -> BoxXMLReader? {
    data.map { Unmanaged<BoxXMLReader>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension String {
  /// Without white space at either end.
  fileprivate func trimmingCharacters() -> String {
    let trimmed = drop(while: \.isWhitespace)
    guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(trimmed[...last])
  }
}
