import GRDB

/// Why a store's file can't be used; nothing in it has been changed.
public enum StoreFileError: Error, Sendable, Hashable, CustomStringConvertible {
  case missing(path: String)
  case isFolder(path: String)
  case unreadable(path: String, reason: String)
  case readOnly(path: String)
  case cannotCreate(path: String, reason: String)
  case notSQLite(path: String)
  /// An SQLite database, but another program's.
  case notAStore(path: String)
  case newerVersion(path: String)
  /// Only when opened to read: a run would bring it up to date.
  case olderVersion(path: String)
  case damaged(path: String, reason: String)
  /// While a run wrote to it.
  case vanished(path: String)
  /// Before an upgrade, which was not begun.
  case cannotBackUp(path: String, backup: String, reason: String)
  /// The transaction that failed was rolled back.
  case cannotUpgrade(path: String, backup: String, reason: String)

  public var description: String {
    switch self {
    case .missing(let path):
      "There is no store at \(path): `synoptic run` makes it from a pipeline file."
    case .isFolder(let path):
      "\(path) is a folder, and a store is a file."
    case .unreadable(let path, let reason):
      "The store \(path) can't be opened: \(reason)."
    case .readOnly(let path):
      "The store \(path) can't be written: check its permissions, and whether its disk is mounted read-only."
    case .cannotCreate(let path, let reason):
      "The store \(path) can't be made: \(reason)."
    case .notSQLite(let path):
      "\(path) is not a store: it doesn't begin as an SQLite database does."
    case .notAStore(let path):
      "\(path) is an SQLite database of another program, not a store of Synoptic; it was left as it is."
    case .newerVersion(let path):
      "The store \(path) was written by a newer version of Synoptic and was left as it is: use that version."
    case .olderVersion(let path):
      "The store \(path) was written by an older version of Synoptic: `synoptic run` brings it up to date."
    case .damaged(let path, let reason):
      "The store \(path) is damaged (\(reason)): `synoptic check` says what can be saved; or put back a copy, or move "
        + "it away and run again."
    case .vanished(let path):
      "The store \(path) was deleted or moved away during the run, and what was written since is lost: put it back, or "
        + "run again to make it anew."
    case .cannotBackUp(let path, let backup, let reason):
      "The store \(path) is of an older version, and the copy \(backup) that is made before it is brought up to date "
        + "can't be written: \(reason). The store was left as it is; make room beside it and run again."
    case .cannotUpgrade(let path, let backup, let reason):
      "The store \(path) can't be brought up to date: \(reason). What it was before is in \(backup): put that back, "
        + "or go on with the version that wrote it."
    }
  }

  /// What an error of SQLite means for the file it was about.
  init(_ error: DatabaseError, path: String) {
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .notSQLite(path: path)
    case .SQLITE_CORRUPT: self = .damaged(path: path, reason: reason)
    case .SQLITE_READONLY:
      self = .unreadable(path: path, reason: "it can't be written; check its permissions and its folder's")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self = .unreadable(path: path, reason: "another program has it locked; try again when that has ended")
    case .SQLITE_FULL: self = .unreadable(path: path, reason: "the disk is full")
    default: self = .unreadable(path: path, reason: reason)
    }
  }
}
