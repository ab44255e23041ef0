/// How a manifest's records are written, told by its extension.
enum ManifestFormat: Sendable {
  /// Fields between tabs, nothing quoted.
  case tsv
  /// RFC 4180: fields between commas, quoted where they hold commas, quotes or line ends.
  case csv
  /// An object a line.
  case jsonLines

  init?(path: String) {
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    if name.hasSuffix(".tsv") {
      self = .tsv
    } else if name.hasSuffix(".csv") {
      self = .csv
    } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
      self = .jsonLines
    } else {
      return nil
    }
  }
}
