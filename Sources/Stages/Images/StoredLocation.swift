import Corpus
import FeatureStore
import GRDB

extension ImageLocation {
  /// Where the bytes of a stored image are; nil where there is no such image. `ImageReader` reads them.
  public static func find(imageID: Int64, in db: Database) throws -> ImageLocation? {
    guard let place = try ImagePlace.find(imageID: imageID, in: db) else { return nil }
    if let member = place.member { return .member(ArchiveMember(member, name: place.path)) }
    guard let corpus = try CorpusRecord.find(id: place.corpusID, in: db) else { return nil }
    return .file(corpus.location(of: place.path))
  }
}

extension CorpusRecord {
  /// The absolute path of an image that is a file of its own.
  func location(of path: String) -> String {
    path.hasPrefix("/") ? path : root == "/" ? "/" + path : root + "/" + path
  }
}

extension ArchiveMember {
  init(_ record: MemberRecord, name: String) {
    self.init(
      archive: ArchiveFile(record.archive), name: name, size: record.size,
      extents: record.extents.map { ArchiveExtent(offset: $0.offset, start: $0.start, count: $0.count) })
  }
}

extension ArchiveFile {
  init(_ record: ArchiveRecord) {
    self.init(
      path: record.path, size: record.size, modified: record.modified,
      compression: Compression(rawValue: record.compression) ?? .none)
  }
}

extension MemberRecord {
  init(_ member: ArchiveMember, in archive: ArchiveRecord) {
    self.init(
      archive: archive, size: member.size,
      extents: member.extents.map { Extent(offset: $0.offset, start: $0.start, count: $0.count) })
  }
}
