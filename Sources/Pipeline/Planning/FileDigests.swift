import Digest
import Foundation
import GRDB

/// The contents of input files as SHA-256, remembered by path, size, time and inode.
struct FileDigests {
  private struct Look: Hashable {
    var size: Int64
    var modified: Int64
    var inode: Int64
  }

  private var known: [String: (look: Look, digest: SHA256Digest)] = [:]
  private var added: Set<String> = []

  init() {}

  init(_ db: Database) throws {
    guard try db.tableExists("file_digest") else { return }
    for row in try Row.fetchAll(db, sql: "SELECT path, size, modified, inode, digest FROM file_digest") {
      let bytes: Data = row["digest"]
      guard let digest = SHA256Digest(rawBytes: bytes) else { continue }
      known[row["path"]] = (
        Look(size: row["size"], modified: row["modified"], inode: row["inode"]), digest
      )
    }
  }

  mutating func digest(ofFileAt path: String, for stage: String) throws(PlanningError) -> SHA256Digest {
    guard let look = Self.look(at: path) else {
      throw .unreadableFile(path: path, stage: stage, reason: "it isn't there or can't be opened")
    }
    if let entry = known[path], entry.look == look { return entry.digest }
    let digest: SHA256Digest
    do {
      digest = try SHA256.hash(fileAt: path)
    } catch {
      throw .unreadableFile(path: path, stage: stage, reason: error.localizedDescription)
    }
    known[path] = (look, digest)
    // A file written this very moment could be written again without its time showing it.
    let age = Date().timeIntervalSince1970 - Double(look.modified) / 1e9
    if age > 2 { added.insert(path) }
    return digest
  }

  var hasNews: Bool { !added.isEmpty }

  /// Keeps what was hashed since `init`.
  func save(_ db: Database) throws {
    for path in added.sorted() {
      guard let (look, digest) = known[path] else { continue }
      try db.execute(
        sql:
          "INSERT OR REPLACE INTO file_digest (path, size, modified, inode, digest) VALUES (?, ?, ?, ?, ?)",
        arguments: [path, look.size, look.modified, look.inode, Data(digest.bytes)])
    }
  }

  private static func look(at path: String) -> Look? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Look(
      size: Int64(status.st_size), modified: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec),
      inode: Int64(truncatingIfNeeded: status.st_ino))
  }
}
