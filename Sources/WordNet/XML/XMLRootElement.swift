/// The name of a document's first element, by which its format is told.
enum XMLRootElement {
  /// - Throws: `WordNetReadError` for a file that cannot be read, or is no well-formed XML up to there.
  static func name(of path: String) throws(WordNetReadError) -> (name: String, line: Int) {
    let finder = Finder()
    do throws(WordNetReadError) {
      try XMLStreamParser.parse(path) { _ in finder }
    } catch {
      guard finder.found != nil else { throw error }
    }
    return finder.found ?? ("", 1)
  }

  private final class Finder: XMLElementHandler {
    private(set) var found: (name: String, line: Int)?

    func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp {
      found = (tag.name, tag.line)
      // Any error ends the parsing.
      throw .unexpectedContents(path: "", line: nil, found: "", expected: "")
    }

    func end() {}
  }
}
