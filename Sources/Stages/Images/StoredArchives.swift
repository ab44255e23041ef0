import Corpus
import FeatureStore
import GRDB

/// What the store knows of a corpus' archives, so that those that have not changed are not read again.
struct StoredArchives: KnownArchives {
  private static let pageSize = 2_000

  let corpusID: Int64
  /// Some rows at a time: what visits them may write.
  let read: (_ body: (Database) throws -> [ArchiveRecord.Member]) throws -> [ArchiveRecord.Member]
  let find: (ArchiveFile) throws -> ArchiveRecord?

  init(corpusID: Int64, in db: Database) {
    self.corpusID = corpusID
    read = { try $0(db) }
    find = { try Self.find($0, corpusID, db) }
  }

  init(corpusID: Int64, in database: any DatabaseReader) {
    self.corpusID = corpusID
    read = { body in try database.read { db in try body(db) } }
    find = { archive in try database.read { db in try Self.find(archive, corpusID, db) } }
  }

  func visitMembers(of archive: ArchiveFile, _ visit: (CorpusEntry) throws -> Void) throws -> Bool {
    guard let record = try find(archive) else { return false }
    var last: ArchiveRecord.Member?
    while true {
      let page = try read { db in try record.members(after: last, limit: Self.pageSize, in: db) }
      for member in page {
        try visit(
          CorpusEntry(
            path: member.path, location: .member(ArchiveMember(member.place, name: member.path)),
            label: member.label, size: member.place.size, modified: archive.modified))
      }
      last = page.last
      if page.count < Self.pageSize { return true }
    }
  }

  private static func find(_ archive: ArchiveFile, _ corpusID: Int64, _ db: Database) throws -> ArchiveRecord?
  {
    try ArchiveRecord.findListed(
      corpusID: corpusID, path: archive.path, size: archive.size, modified: archive.modified, in: db)
  }
}
