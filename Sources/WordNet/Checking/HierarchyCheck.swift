/// Looks through a source of synsets for what is odd, in one pass, and lists it with lines. What only a person can judge
/// is no error: the readers take most of it.
public struct HierarchyCheck: Sendable {
  public let format: HierarchyFormat
  /// How many synsets the source has, of every part of speech that its format gives them for.
  public let synsetCount: Int
  /// By file and line, up to 100,000.
  public let findings: [HierarchyFinding]
  /// How many more there were.
  public let omittedCount: Int

  /// - Throws: `WordNetReadError` for what cannot be read to its end: a missing file, XML that is not well-formed, another
  ///   format.
  public init(_ path: String) throws(WordNetReadError) {
    format = try HierarchyFormat.of(path)
    let found: (synsetCount: Int, findings: FindingList)
    switch format {
    case .imageNetStructure:
      found = try XMLStreamParser.parse(path) { ImageNetStructureCheck(path: path, parser: $0) }.result()
    case .wnLMF: found = try XMLStreamParser.parse(path) { WNLMFCheck(path: path, parser: $0) }.result()
    case .database(let folder): found = try WNDBCheck(folder: folder).result()
    }
    synsetCount = found.synsetCount
    omittedCount = found.findings.omitted
    findings = found.findings.all.sorted {
      ($0.path, $0.line, $0.kind.rawValue, $0.subject) < ($1.path, $1.line, $1.kind.rawValue, $1.subject)
    }
  }
}
