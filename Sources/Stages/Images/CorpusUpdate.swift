import Corpus
import Digest
import FeatureStore
import GRDB
import Pipeline

/// Brings a corpus in the store up to date with its source, a piece at a time: what is new or changed is read and
/// hashed on all threads; a kill between pieces loses none of those before.
struct CorpusUpdate {
  private static let pieceSize = 1_000

  let context: StageContext
  let source: any ImageSource
  private var scan: CorpusScan
  private var labels: ClassLabels
  /// Failures recorded before whose entries have not come by yet.
  private var earlierFailures: Set<String>
  private var piece: [CorpusEntry] = []
  private var counts = ItemCounts()

  init(
    _ context: StageContext, _ source: any ImageSource, _ corpus: CorpusRecord, _ labels: ClassLabels,
    earlierFailures: Set<String>
  ) {
    self.context = context
    self.source = source
    self.labels = labels
    self.earlierFailures = earlierFailures
    scan = CorpusScan(corpusID: corpus.id)
  }

  /// - Returns: how many images there are, and how many of the source's entries failed.
  mutating func run() throws -> (counts: ItemCounts, summary: CorpusScan.Summary) {
    try source.scan { entry in
      piece.append(entry)
      if piece.count == Self.pieceSize { try finishPiece() }
    }
    try finishPiece()
    let summary = try context.database.write { db in
      try context.forgetFailures(earlierFailures.sorted(), in: db)
      return try scan.finish(in: db)
    }
    return (counts, summary)
  }

  private struct Unread {
    let imageID: Int64
    let location: String
    let path: String
  }

  private mutating func finishPiece() throws {
    try context.checkForStop()
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
        let image = ScannedImage(
          path: entry.path, size: entry.size, modified: entry.modified, wnid: resolution.wnid)
        let record = try scan.record(image, in: db)
        if record.needsContent {
          unread.append(Unread(imageID: record.imageID, location: entry.location, path: entry.path))
        }
      }
    }
    let contents = try context.steps.measure(.read) { try read(unread) }
    try context.database.write { db in
      for (image, content) in zip(unread, contents) {
        switch content {
        case .success(let (digest, size)):
          let id = try ContentRecord.identify(digest, size: size, in: db)
          try ImageRecord.setContent(id, image: image.imageID, in: db)
        case .failure(let error):
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
    counts.done += entries.count - failed
    context.advance(done: counts.done, failed: counts.failed)
  }

  private func read(_ images: [Unread]) throws -> [Result<(SHA256Digest, Int64), CorpusError>] {
    let locations = images.map(\.location)
    let context = context
    return try ParallelWork.map(count: locations.count, threads: context.threads) { index in
      try context.checkForStop()
      do throws(CorpusError) {
        let bytes = try FileContents.read(locations[index])
        return .success((SHA256.hash(bytes), Int64(bytes.count)))
      } catch {
        return .failure(error)
      }
    }
  }

  private func failure(_ name: String, _ errorClass: String, _ message: String) -> StageFailure {
    StageFailure(name: name, errorClass: errorClass, message: message)
  }
}
