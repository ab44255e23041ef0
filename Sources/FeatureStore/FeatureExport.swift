import Foundation
import GRDB

/// The vectors of a space as files for other programs: `NAME.npy` (float32, one row an image, in path order)
/// and beside it `NAME.jsonl` (path and wnid of each row, and its box where it is one). Gone images, and those without a vector, are left
/// out.
public enum FeatureExport {
  public struct Summary: Sendable, Hashable {
    public let rows: Int
    public let arrayPath: String
    public let rowsPath: String
  }

  /// Writes both files; what was there before stays until they are whole.
  ///
  /// - Parameter path: of the array; a name that does not end in ".npy" gets it.
  /// - Throws: `StoreError.emptySpace`, `.cannotWrite`, `.damagedVector`.
  @discardableResult
  public static func write(_ space: SpaceRecord, to path: String, _ db: Database) throws -> Summary {
    let arrayPath = path.hasSuffix(".npy") ? path : path + ".npy"
    let rowsPath = String(arrayPath.dropLast(4)) + ".jsonl"
    let array = try PartialFile(for: arrayPath)
    let lines = try PartialFile(for: rowsPath)
    try array.append(header(rows: 0, columns: space.dimension))
    let shown = space.contents
    let images = try Row.fetchCursor(
      db,
      sql: """
        SELECT path, \(shown.wnid), \(shown.contentID), scale, vector, \(shown.boxID)
        FROM \(shown.tables) JOIN feature ON feature.id = (? << 32 | \(shown.contentID))
        WHERE gone = 0 ORDER BY path, corpus_id, \(shown.boxID)
        """, arguments: [space.id])
    var rows = 0
    while let row = try images.next() {
      let vector = try FeatureRow.decode(row, scaleAt: 3, vectorAt: 4, content: row[2], space: space)
      try array.append(vector.withUnsafeBytes { Data($0) })
      let box = try (row[5] as Int64?).flatMap { try BoxRecord.find(id: $0, in: db)?.box }
      try lines.append(Data(line(path: row[0], wnid: row[1], box: box).utf8))
      rows += 1
    }
    guard rows > 0 else { throw StoreError.emptySpace(space.name) }
    try array.overwriteStart(header(rows: rows, columns: space.dimension))
    try array.finish()
    try lines.finish()
    return Summary(rows: rows, arrayPath: arrayPath, rowsPath: rowsPath)
  }

  private static func line(path: String, wnid: String?, box: ImageBox?) -> String {
    var text = "{\"path\": "
    JSONStrings.appendQuoted(path, to: &text)
    text += ", \"wnid\": "
    if let wnid { JSONStrings.appendQuoted(wnid, to: &text) } else { text += "null" }
    if let box { text += ", \"box\": [\(box.left), \(box.top), \(box.right), \(box.bottom)]" }
    return text + "}\n"
  }

  /// NumPy's format, version 1.0 (NEP 1), filled up to 128 bytes so that the count of rows can be written
  /// last.
  private static func header(rows: Int, columns: Int) -> Data {
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8))
  }
}
