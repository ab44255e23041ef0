/// The name of a document's first element, by which its format is told.
enum XMLRootElement {
  /// - Throws: `WordNetReadError` for a file that cannot be read, or is no well-formed XML up to there.
  static func name(of path: String) throws(WordNetReadError) -> (name: String, line: Int) {
    let finder = Finder()
    do throws(WordNetReadError) {
      try XMLStreamParser.parse(path) { _ in finder }
    } catch {
      // A name that the end of the file cuts off is handed on as well, and then is an error.
      guard error == Finder.enough else { throw error }
    }
    return finder.found ?? ("", 1)
  }

  private final class Finder: XMLElementHandler {
    /// Any error ends the parsing.
    static let enough = WordNetReadError.unexpectedContents(path: "", line: nil, found: "", expected: "")

    private(set) var found: (name: String, line: Int)?

    override func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp {
      found = (tag.name, tag.line)
      throw Self.enough
    }
  }
}
