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
final class XMLStreamParser<Handler: XMLElementHandler>: XMLParserCallbacks {
  private let path: String
  private let limits: XMLLimits
  private let handler: Handler
  private var depth = 0
  /// How many elements deep text is wanted; 0 when it is not.
  private var textDepth = 0
  /// For each open element what is wanted of it.
  private let followUps: UnsafeMutablePointer<XMLFollowUp>
  private var failure: WordNetReadError?
  private var hasFailed = false
  /// At the end of the file libxml2 hands out even a tag that is cut off, and only then finds that it is.
  private var isAtEnd = false

  /// Parses the whole file. The first error thrown by the handler ends it.
  ///
  /// - Parameter makeHandler: is given the parser, for the places of names.
  /// - Returns: the handler.
  @discardableResult
  static func parse(
    _ path: String, limits: XMLLimits = XMLLimits(), _ makeHandler: (XMLParserContext) -> Handler
  ) throws(WordNetReadError) -> Handler {
    guard let context = XMLParserContext() else {
      throw .unreadable(path: path, reason: "no memory for the XML parser")
    }
    let parser = XMLStreamParser(path: path, limits: limits, context: context, handler: makeHandler(context))
    try parser.run()
    return parser.handler
  }

  private init(path: String, limits: XMLLimits, context: XMLParserContext, handler: Handler) {
    self.path = path
    self.limits = limits
    self.handler = handler
    followUps = .allocate(capacity: limits.depth + 1)
    super.init(context: context)
  }

  deinit { followUps.deallocate() }

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
      let isSound = context.parse(piece, isLast: isAtEnd, callbacks: self)
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
    let isCutOff = isAtEnd && depth > 0
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

  override func start(_ tag: XMLStartTag) {
    if hasFailed { return }
    depth += 1
    do throws(WordNetReadError) {
      if depth > limits.depth { throw beyondLimit("the depth of elements", limits.depth) }
      if tag.longestValue > limits.attributeBytes {
        throw beyondLimit("an attribute's length", limits.attributeBytes)
      }
      let followUp = try handler.start(tag)
      followUps[depth] = followUp
      if followUp == .textAndEnd, textDepth == 0 { textDepth = depth }
    } catch {
      fail(error)
    }
  }

  override func end() {
    if hasFailed { return }
    let followUp = followUps[depth]
    if depth == textDepth { textDepth = 0 }
    depth -= 1
    if followUp == .nothing { return }
    do throws(WordNetReadError) { try handler.end() } catch { fail(error) }
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if textDepth == 0 || hasFailed { return }
    do throws(WordNetReadError) { try handler.text(bytes) } catch { fail(error) }
  }

  override func refuseEntity(_ name: String) {
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
