/// Whole files as bytes.
public enum FileContents {
  /// The bytes of a regular file.
  ///
  /// - Throws: `CorpusError`: the file is missing, no regular file, not permitted, larger than `limit` bytes,
  /// or changed while it was read.
  public static func read(_ path: String, limit: Int = 1 << 30) throws(CorpusError) -> [UInt8] {
    let file = try OpenFile(path)
    guard file.status.size <= limit else { throw .tooLarge(path: path, limit: limit) }
    let bytes = try file.read(Int(file.status.size), at: 0)
    guard bytes.count == Int(file.status.size), try file.isUnchanged() else {
      throw .changedWhileRead(path: path)
    }
    return bytes
  }
}
