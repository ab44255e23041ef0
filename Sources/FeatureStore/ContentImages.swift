import GRDB

/// The images, not gone, or the boxes in them, that share a content, each with its class.
struct ContentImages {
  let space: SpaceRecord
  let labels: [String]?
  private let images: Statement
  private let prediction: Statement
  private let db: Database

  init(space: SpaceRecord, labels: [String]?, in db: Database) throws {
    self.space = space
    self.labels = labels
    self.db = db
    let contents = space.contents
    images = try db.makeStatement(
      sql: """
        SELECT image.id, corpus_id, path, \(contents.wnid), \(contents.boxID) FROM \(contents.tables)
        WHERE \(contents.contentID) = ? AND gone = 0
        """)
    prediction = try db.makeStatement(
      sql: "SELECT class_index FROM prediction WHERE space_id = ? AND content_id = ?")
  }

  func results(content id: Int64, score: Double) throws -> [SearchResult] {
    let rows = try Row.fetchAll(images, arguments: [id])
    var predicted: String??
    return try rows.map { row in
      if let wnid: String = row[3] { return try result(row, wnid: wnid, isPredicted: false, score: score) }
      if predicted == nil { predicted = .some(try predictedClass(content: id)) }
      let wnid = predicted.flatMap { $0 }
      return try result(row, wnid: wnid, isPredicted: wnid != nil, score: score)
    }
  }

  private func predictedClass(content id: Int64) throws -> String? {
    guard let labels, let index = try Int.fetchOne(prediction, arguments: [space.id, id]),
      labels.indices.contains(index)
    else { return nil }
    return labels[index]
  }

  private func result(_ row: Row, wnid: String?, isPredicted: Bool, score: Double) throws -> SearchResult {
    SearchResult(
      id: row[0], corpusID: row[1], path: row[2], wnid: wnid, isPredicted: isPredicted, score: score,
      box: try (row[4] as Int64?).flatMap { try BoxRecord.find(id: $0, in: db) })
  }
}

extension SpaceRecord {
  /// The wnid of each class its network tells, in the order of the outputs; nil where unknown.
  public func labels(in db: Database) throws -> [String]? {
    let text = try Optional<String>.fetchOne(
      db, sql: "SELECT labels FROM network WHERE id = ?", arguments: [networkID])
    return try NetworkRecord.labels(text ?? nil)
  }
}
