/// Images listed in a file: TSV, CSV or JSON lines, one image a record, with its path and its class.
///
/// A first record that names a path column (`path`, `file`, `filename` or `image`) is a header; the class
/// stands under `class`, `label`, `synset` or `wnid`, and other columns are passed over. Without a header a
/// record is a path and, where there is one, a class. JSON lines use the same names as keys. Paths are only
/// ever read, so absolute ones and those with `..` are allowed; what is relative is so to `root`. Entries
/// come in the file's order. A path that stands twice is an error naming both lines; a file that is not there
/// is an entry with a problem.
public struct ManifestSource: ImageSource {
  public let root: String
  public var layout: SourceLayout { SourceLayout(.manifest, "\(format)") }
  /// The manifest itself.
  public let path: String
  private let format: ManifestFormat

  /// - Parameter root: a folder; the manifest's own without it.
  /// - Throws: `CorpusError` for another extension than .tsv, .csv, .jsonl or .ndjson, and for a root that is
  /// not   there.
  public init(_ path: String, root: String? = nil) throws(CorpusError) {
    guard let format = ManifestFormat(path: path) else { throw .unknownKind(path: path) }
    guard try FileStatus.of(path).kind == .file else { throw .notAFile(path: path) }
    self.path = path
    self.format = format
    let folder =
      root
      ?? path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    self.root = try FolderSource(folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder).root
  }

  public func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws {
    var lines: [PathDigest: Int] = [:]
    var parser = ManifestParser(format: format, file: path)
    try parser.forEachRecord { record in
      let entryPath = Self.normalized(record.path)
      if let earlier = lines.updateValue(record.line, forKey: PathDigest(entryPath)) {
        throw CorpusError.manifest(
          file: path, line: record.line, reason: "\(entryPath) is on line \(earlier) already")
      }
      try visit(.image(entry(entryPath, label: record.label)))
    }
  }

  private func entry(_ path: String, label: String?) -> CorpusEntry {
    let location = path.hasPrefix("/") ? path : root == "/" ? "/" + path : root + "/" + path
    do throws(CorpusError) {
      let status = try FileStatus.of(location)
      guard status.kind == .file else { throw .notAFile(path: location) }
      return CorpusEntry(
        path: path, location: .file(location), label: label, size: status.size, modified: status.modified)
    } catch {
      return CorpusEntry(path: path, location: .file(location), label: label, problem: error)
    }
  }

  /// Without `.` and empty parts, so that one file has one name; `..` stays, for it may cross a link.
  static func normalized(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
