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
/// All pointers from libxml2 stay in this folder.
final class XMLStreamParser {
  private let path: String
  private let limits: XMLLimits
  private let context: XMLParserContext
  private let handler: XMLElementHandler
  // Only `run`'s thread uses these, for every element: checking each access would take a tenth of the handlers' time.
  /// Depths of the open elements whose end is wanted, the outermost first.
  @exclusivity(unchecked) private var endDepths: [Int] = []
  /// The depth of the element that was started last, 0 once it or one around it has ended.
  @exclusivity(unchecked) private var lastStarted = 0
  /// The depth of the element whose text is wanted; 0 when none is.
  @exclusivity(unchecked) private var textDepth = 0
  @exclusivity(unchecked) private var hasFailed = false
  private var failure: WordNetReadError?
  /// At the end of the file libxml2 hands out even a tag that is cut off, and only then finds that it is.
  private var isAtEnd = false

  /// Parses the whole file. The first error thrown by the handler ends it.
  ///
  /// - Parameter makeHandler: is given the parser, for the places of names.
  /// - Returns: the handler.
  @discardableResult
  static func parse<Handler: XMLElementHandler>(
    _ path: String, limits: XMLLimits = XMLLimits(), _ makeHandler: (XMLParserContext) -> Handler
  ) throws(WordNetReadError) -> Handler {
    guard let context = XMLParserContext() else {
      throw .unreadable(path: path, reason: "no memory for the XML parser")
    }
    let handler = makeHandler(context)
    try XMLStreamParser(path: path, limits: limits, context: context, handler: handler).run()
    return handler
  }

  private init(path: String, limits: XMLLimits, context: XMLParserContext, handler: XMLElementHandler) {
    self.path = path
    self.limits = limits
    self.context = context
    self.handler = handler
  }

  private func run() throws(WordNetReadError) {
    var file = try FilePieces(path: path)
    var piece: [UInt8] = []
    var isFirst = true
    repeat {
      try file.next(into: &piece)
      if isFirst, piece.isEmpty {
        throw .unexpectedContents(path: path, line: nil, found: "an empty file", expected: "XML")
      }
      isFirst = false
      isAtEnd = piece.isEmpty
      let isSound = context.parse(piece, isLast: isAtEnd, parser: self)
      if let failure, !isAtEnd { throw failure }
      if !isSound, !context.isWellFormed { throw syntaxError() }
      if let failure { throw failure }
      if context.unusedBytes > limits.tagBytes {
        throw beyondLimit("a tag's length", limits.tagBytes)
      }
    } while !piece.isEmpty
    if !context.isWellFormed { throw syntaxError() }
  }

  private func syntaxError() -> WordNetReadError {
    let (message, line, column) = context.error
    let isCutOff = isAtEnd && context.depth > 0
    let reason =
      isCutOff
      ? "the file ends before its elements do; it may be cut off"
      : message.split(whereSeparator: \.isNewline).joined(separator: " ")
    return .notWellFormed(path: path, line: line, column: column, reason: reason)
  }

  private func beyondLimit(_ what: String, _ limit: Int) -> WordNetReadError {
    .beyondLimit(path: path, line: context.line, column: context.column, what: what, limit: limit)
  }

  // MARK: - What the parser calls

  func tag(
    _ name: UnsafePointer<xmlChar>, _ count: Int32,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  ) -> XMLStartTag { context.tag(name, count, attributes) }

  func start(_ tag: XMLStartTag) {
    if hasFailed { return }
    do throws(WordNetReadError) {
      let depth = context.depth + 1
      lastStarted = depth
      if depth > limits.depth { throw beyondLimit("the depth of elements", limits.depth) }
      if tag.longestValue > limits.attributeBytes {
        throw beyondLimit("an attribute's length", limits.attributeBytes)
      }
      let followUp = try handler.start(tag)
      if followUp == .nothing { return }
      endDepths.append(depth)
      if followUp == .textAndEnd, textDepth == 0 { textDepth = depth }
      context.listen(toText: textDepth > 0, toEnds: true)
    } catch {
      fail(error)
    }
  }

  func end() {
    let isEmpty = lastStarted == context.depth + 1
    let depth = isEmpty ? lastStarted : context.depth
    lastStarted = 0
    if hasFailed || depth != endDepths.last { return }
    if endDepths.removeLast() == textDepth { textDepth = 0 }
    context.listen(toText: textDepth > 0, toEnds: !endDepths.isEmpty)
    do throws(WordNetReadError) { try handler.end() } catch { fail(error) }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if hasFailed { return }
    do throws(WordNetReadError) { try handler.text(bytes) } catch { fail(error) }
  }

  func refuseEntity(_ name: String) {
    if hasFailed { return }
    fail(.entityRefused(path: path, line: context.line, column: context.column, name: name))
  }

  /// C has no errors to throw through: the first is kept, and the parser stopped.
  private func fail(_ error: WordNetReadError) {
    failure = error
    hasFailed = true
    if !isAtEnd { context.stop() }
  }
}
