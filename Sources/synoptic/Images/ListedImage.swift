import FeatureStore
import GRDB
import Pipeline

/// What a listing says of an image.
struct ListedImage {
  /// Nil, as the size is, where a list names a file that was never there.
  let id: Int64?
  let path: String
  let wnid: String?
  /// Bytes.
  let size: Int64?
  var failure: RecordedFailure?
  var warnings: [(space: String, warning: FeatureWarning)] = []
  /// Nil where no bytes were read.
  let contentID: Int64?

  /// The images that are present, in path order; a cursor, because there may be millions.
  static func cursor(ofClasses wnids: Set<String>?, limit: Int?, in db: Database) throws -> RowCursor {
    let classes = wnids.map { JSON.strings($0.sorted()).line }
    // A select a corpus, each in the order of an index, which SQLite merges: the first of ten million come at once.
    let corpora: [Int64?] = try CorpusRecord.all(in: db).map(\.id)
    let selects = (corpora.isEmpty || corpora.count > 100 ? [nil] : corpora).map { corpus in
      """
      SELECT id, path, wnid, size, corpus_id, content_id FROM image
      WHERE gone = 0 AND (:classes IS NULL OR wnid IN (SELECT value FROM json_each(:classes)))
      \(corpus.map { "AND corpus_id = \($0)" } ?? "")
      """
    }
    return try Row.fetchCursor(
      db, sql: selects.joined(separator: " UNION ALL ") + " ORDER BY path, corpus_id LIMIT :limit",
      arguments: ["classes": classes, "limit": limit ?? -1])
  }

  init(_ row: Row) {
    id = row["id"]
    path = row["path"]
    wnid = row["wnid"]
    size = row["size"]
    contentID = row["content_id"]
  }

  init(_ failure: RecordedFailure, image: ImageRecord?) {
    id = image?.id
    path = image?.path ?? failure.name
    wnid = image?.wnid
    size = image?.size
    contentID = image?.contentID
    self.failure = failure
  }

  var json: JSON {
    var members: [JSON.Member] = [
      .init(name: "id", value: .integer(id.map { Int($0) })), .init(name: "path", value: .string(path)),
      .init(name: "wnid", value: .text(wnid)), .init(name: "size", value: .integer(size.map { Int($0) })),
    ]
    if let failure {
      members.append(
        .init(
          name: "failure",
          value: [
            "stage": .string(failure.stage), "class": .string(failure.errorClass),
            "message": .string(failure.message), "attempts": .integer(failure.attempts),
          ]))
    }
    if !warnings.isEmpty {
      members.append(
        .init(
          name: "warnings",
          value: .array(
            warnings.map {
              [
                "space": .string($0.space), "class": .string($0.warning.warningClass),
                "message": .string($0.warning.message),
              ]
            })))
    }
    return .object(members)
  }
}
