import Foundation
import GRDB

/// What a network made of one content: its vector, and the classes it finds most probable.
public struct FeatureRow: Sendable {
  public let contentID: Int64
  public let vector: VectorEncoding.Encoded
  /// Best first; empty where the network has no classes.
  public let predictions: [Prediction]
  /// Nil for a sound content.
  public let warning: FeatureWarning?

  public init(
    contentID: Int64, vector: VectorEncoding.Encoded, predictions: [Prediction] = [],
    warning: FeatureWarning? = nil
  ) {
    self.contentID = contentID
    self.vector = vector
    self.predictions = predictions
    self.warning = warning
  }

  /// Writes rows into a space, in the caller's transaction; a content's earlier vector there is replaced.
  ///
  /// - Throws: `StoreError.dimensionMismatch`, `DatabaseError`.
  public static func write(_ rows: [FeatureRow], into space: SpaceRecord, in db: Database) throws {
    guard !rows.isEmpty else { return }
    let feature = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO feature(id, scale, vector) VALUES (?, ?, ?)")
    let prediction = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO prediction(space_id, content_id, class_index, millionths, classes)
        VALUES (?, ?, ?, ?, ?)
        """)
    let forget = try db.cachedStatement(sql: "DELETE FROM prediction WHERE space_id = ? AND content_id = ?")
    let known = try db.cachedStatement(sql: "SELECT 1 FROM feature WHERE id = ?")
    var added = 0
    for row in rows {
      guard row.vector.bytes.count == space.dimension * space.encoding.bytesPerValue,
        (row.vector.scale == nil) == (space.encoding == .float16)
      else {
        throw StoreError.dimensionMismatch(
          space: space.name, expected: space.dimension,
          found: row.vector.bytes.count / space.encoding.bytesPerValue)
      }
      guard (1...ContentRecord.greatestID).contains(row.contentID) else { throw StoreError.tooManyContents }
      let key = FeatureKey.of(space: space.id, content: row.contentID)
      if try Bool.fetchOne(known, arguments: [key]) == nil { added += 1 }
      try feature.execute(arguments: [key, row.vector.scale, Data(row.vector.bytes)])
      if let best = row.predictions.first {
        try prediction.execute(arguments: [
          space.id, row.contentID, best.classIndex, best.millionths, Prediction.pack(row.predictions),
        ])
      } else {
        try forget.execute(arguments: [space.id, row.contentID])
      }
      try FeatureWarning.write(row.warning, content: row.contentID, into: space, in: db)
    }
    try db.cachedStatement(
      sql: "UPDATE space SET revision = revision + 1, vectors = vectors + ? WHERE id = ?"
    )
    .execute(arguments: [added, space.id])
  }

  /// The vector of a content in a space, as `space.dimension` floats; nil where there is none.
  public static func vector(content id: Int64, space: SpaceRecord, in db: Database) throws -> [Float]? {
    let statement = try db.cachedStatement(sql: "SELECT scale, vector FROM feature WHERE id = ?")
    guard
      let row = try Row.fetchOne(statement, arguments: [FeatureKey.of(space: space.id, content: id)])
    else { return nil }
    return try decode(row, scaleAt: 0, vectorAt: 1, content: id, space: space)
  }

  static func decode(
    _ row: Row, scaleAt scale: Int, vectorAt vector: Int, content id: Int64, space: SpaceRecord
  ) throws -> [Float] {
    try row.withUnsafeData(atIndex: vector) { data in
      let scale: Float? = row[scale]
      let values = data.flatMap { $0.withUnsafeBytes { space.encoding.decode($0, scale: scale) } }
      guard let values, values.count == space.dimension else {
        throw StoreError.damagedVector(
          space: space.name, contentID: id, bytes: data?.count ?? 0,
          expected: space.dimension * space.encoding.bytesPerValue)
      }
      return values
    }
  }

  /// The classes predicted for a content in a space, best first; empty where there are none.
  public static func predictions(
    content id: Int64, space: SpaceRecord, in db: Database
  ) throws -> [Prediction] {
    let statement = try db.cachedStatement(
      sql: "SELECT classes FROM prediction WHERE space_id = ? AND content_id = ?")
    return try Data.fetchOne(statement, arguments: [space.id, id]).map(Prediction.unpack) ?? []
  }
}

extension SpaceRecord {
  /// Removes a space with all that belongs to it.
  public func delete(in db: Database) throws {
    try db.execute(
      sql: "DELETE FROM feature WHERE id BETWEEN ? AND ?", arguments: [keys.lowerBound, keys.upperBound])
    try db.execute(sql: "DELETE FROM space WHERE id = ?", arguments: [id])
  }
}
