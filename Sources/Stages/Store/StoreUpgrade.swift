import Foundation
import GRDB

/// Brings a store of an older version up to date: a copy beside it first, then every missing migration in a
/// transaction of its own.
enum StoreUpgrade {
  static func run(
    _ migrator: DatabaseMigrator, on pool: DatabasePool, _ path: String, announceBackup: (String) -> Void
  ) throws {
    let backup = try backUp(pool, path)
    announceBackup(backup)
    do {
      try migrator.migrate(pool)
    } catch {
      let reason = (error as? DatabaseError)?.message ?? error.localizedDescription
      throw StoreFileError.cannotUpgrade(path: path, backup: backup, reason: reason)
    }
  }

  /// By SQLite's own way to copy a database, so that what still lies in the write-ahead log is in it.
  private static func backUp(_ pool: DatabasePool, _ path: String) throws -> String {
    let name = freeName(path + ".backup-" + stamp(of: Date()))
    let draft = name + ".new"
    do {
      let copy = try DatabaseQueue(path: draft)
      try pool.backup(to: copy)
      try copy.close()
      guard rename(draft, name) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    } catch {
      for leftover in [draft, draft + "-journal"] { try? FileManager.default.removeItem(atPath: leftover) }
      let reason = (error as? DatabaseError)?.message ?? error.localizedDescription
      throw StoreFileError.cannotBackUp(path: path, backup: name, reason: reason)
    }
    return name
  }

  static func stamp(of date: Date) -> String {
    let parts = Calendar(identifier: .iso8601).dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: date)
    func digits(_ number: Int?, _ count: Int) -> String {
      let text = String(number ?? 0)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    return digits(parts.year, 4) + digits(parts.month, 2) + digits(parts.day, 2) + "-" + digits(parts.hour, 2)
      + digits(parts.minute, 2) + digits(parts.second, 2)
  }

  /// A clock that was set back must not cost an earlier copy.
  private static func freeName(_ name: String) -> String {
    var number = 1
    while true {
      let candidate = number == 1 ? name : "\(name)-\(number)"
      if !FileManager.default.fileExists(atPath: candidate) { return candidate }
      number += 1
    }
  }
}
