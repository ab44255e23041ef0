import Corpus
import Digest
import FeatureStore
import GRDB
import Pipeline

/// Brings a corpus in the store up to date with its source, a piece at a time: what is new or changed is read and
/// hashed on all threads; a kill between pieces loses none of those before. A run that verifies reads all.
struct CorpusUpdate {
  /// Grows while pieces take less than a second: a commit writes every page it touched, and in a large store the
  /// contents of a thousand images lie in some hundred pages of the index of digests.
  private static let pieceSizes = 1_000...16_000

  let context: StageContext
  let source: any ImageSource
  private var scan: CorpusScan
  private var labels: ClassLabels
  /// Failures recorded before whose entries have not come by yet.
  private var earlierFailures: Set<String>
  private var piece: [CorpusEntry] = []
  private var pieceSize = Self.pieceSizes.lowerBound
  /// As they are in the store, by path.
  private var archives: [String: ArchiveRecord] = [:]
  private let reader = ImageReader()
  private var boxes: BoxUpdate
  private let corpusID: Int64
  private var counts = ItemCounts()

  init(
    _ context: StageContext, _ source: any ImageSource, _ corpus: CorpusRecord, _ labels: ClassLabels,
    earlierFailures: Set<String>
  ) {
    self.context = context
    self.source = source
    self.labels = labels
    self.earlierFailures = earlierFailures
    corpusID = corpus.id
    boxes = BoxUpdate(verifies: context.verifies)
    scan = CorpusScan(corpusID: corpus.id)
  }

  /// - Returns: how many images there are, and how many of the source's entries failed.
  mutating func run() throws -> (counts: ItemCounts, summary: CorpusScan.Summary) {
    let known: any KnownArchives =
      context.verifies ? NoKnownArchives() : StoredArchives(corpusID: corpusID, in: context.database)
    try source.scan(knowing: known) { finding in
      switch finding {
      case .image(let entry):
        piece.append(entry)
        if piece.count >= pieceSize { try finishPiece() }
      case .archiveRead(let archive, let isSound):
        guard isSound else { return }
        try finishPiece()
        try context.database.write { db in try record(of: archive, in: db).markListed(in: db) }
      case .note(let note): context.logger.warning("\(note)")
      }
    }
    try finishPiece()
    let summary = try context.database.write { db in
      try context.forgetFailures(earlierFailures.sorted(), in: db)
      return try scan.finish(in: db)
    }
    return (counts, summary)
  }

  private mutating func record(of archive: ArchiveFile, in db: Database) throws -> ArchiveRecord {
    if let known = archives[archive.path] { return known }
    let record =
      try ArchiveRecord.findListed(
        corpusID: corpusID, path: archive.path, size: archive.size, modified: archive.modified, in: db)
      ?? ArchiveRecord.upsert(
        corpusID: corpusID, path: archive.path, size: archive.size, modified: archive.modified,
        compression: archive.compression.rawValue, in: db)
    archives[archive.path] = record
    return record
  }

  private struct Unread {
    let imageID: Int64
    let location: ImageLocation
    let path: String
    /// The content it has if its size and time are to be trusted.
    let known: Int64?
  }

  private mutating func finishPiece() throws {
    try context.checkForStop()
    let start = ContinuousClock.now
    let entries = piece
    piece.removeAll(keepingCapacity: true)
    var failures: [StageFailure] = []
    var unread: [Unread] = []
    try context.database.write { db in
      for entry in entries {
        if let problem = entry.problem {
          failures.append(failure(entry.path, problem.errorClass, "\(problem)"))
          continue
        }
        let resolution = try labels.resolve(entry.label, in: db)
        if case .failure(let errorClass, let message) = resolution {
          failures.append(failure(entry.path, errorClass, message))
        }
        var image = ScannedImage(
          path: entry.path, size: entry.size, modified: entry.modified, wnid: resolution.wnid)
        if case .member(let member) = entry.location {
          image.member = MemberRecord(member, in: try record(of: member.archive, in: db))
          image.label = entry.label
          image.replacesEarlier = entry.replacesEarlier
        }
        let record = try scan.record(image, in: db)
        let hasFailed = earlierFailures.contains(entry.path)
        if let failed = try boxes.update(
          entry, image: record.imageID, hasFailed: hasFailed, &labels, in: db)
        {
          failures.append(failed)
        }
        if record.needsContent || context.verifies {
          let known = record.needsContent ? nil : try ImageRecord.contentID(id: record.imageID, in: db)
          unread.append(
            Unread(imageID: record.imageID, location: entry.location, path: entry.path, known: known))
        }
      }
    }
    let contents = try context.steps.measure(.read) { try read(unread) }
    try context.database.write { db in
      for (image, content) in zip(unread, contents) {
        switch content {
        case .success(let (digest, size)):
          let id = try ContentRecord.identify(digest, size: size, in: db)
          if id == image.known { continue }
          if image.known != nil {
            context.logger.warning("\(image.path): other bytes than were listed, of the same size and time")
          }
          try ImageRecord.setContent(id, image: image.imageID, in: db)
          if boxes.areKnown { try ImageRecord.setBoxContents(image: image.imageID, in: db) }
        case .failure(let error):
          // What cannot be read is not what it was.
          if image.known != nil { try ImageRecord.setContent(nil, image: image.imageID, in: db) }
          failures.append(failure(image.path, error.errorClass, "\(error)"))
        }
      }
      try context.recordFailures(failures, in: db)
      let failed = Set(failures.map(\.name))
      let mended = entries.map(\.path).filter { earlierFailures.contains($0) && !failed.contains($0) }
      try context.forgetFailures(mended, in: db)
    }
    for entry in entries { earlierFailures.remove(entry.path) }
    let failed = Set(failures.map(\.name)).count
    counts.failed += failed
    counts.done += entries.count { !$0.replacesEarlier } - failed
    context.advance(done: counts.done, failed: counts.failed)
    adjustPieceSize(start.duration(to: .now))
  }

  /// A kill costs the piece in hand: a second's work or two.
  private mutating func adjustPieceSize(_ took: Duration) {
    let wanted = took < .seconds(1) ? pieceSize * 2 : took > .seconds(2) ? pieceSize / 2 : pieceSize
    pieceSize = min(max(wanted, Self.pieceSizes.lowerBound), Self.pieceSizes.upperBound)
  }

  private func read(_ images: [Unread]) throws -> [Result<(SHA256Digest, Int64), CorpusError>] {
    let locations = images.map(\.location)
    let (context, reader) = (context, reader)
    return try ParallelWork.map(count: locations.count, threads: context.threads) { index in
      try context.checkForStop()
      do throws(CorpusError) {
        return .success(try reader.digest(of: locations[index]))
      } catch {
        return .failure(error)
      }
    }
  }

  private func failure(_ name: String, _ errorClass: String, _ message: String) -> StageFailure {
    StageFailure(name: name, errorClass: errorClass, message: message)
  }
}
