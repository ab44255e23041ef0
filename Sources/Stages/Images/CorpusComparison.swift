import Corpus
import FeatureStore
import GRDB
import Pipeline

/// How a source differs from what the store holds of it, found by its names, sizes and times alone.
struct CorpusComparison {
  private(set) var added = 0
  private(set) var changed = 0
  private(set) var relabelled = 0
  /// Annotations that came, went or changed.
  private(set) var annotated = 0
  private(set) var gone = 0
  /// Entries that can't be read, and were not recorded so.
  private(set) var failed = 0
  /// Recorded failures of entries that are no longer there.
  private(set) var failuresGone = 0

  /// - Parameter failures: the names of failures recorded for the corpus.
  init(
    _ source: any ImageSource, _ corpus: CorpusRecord, _ labels: ClassLabels, failures: Set<String>,
    in db: Database
  ) throws {
    var labels = labels
    var unseenFailures = failures
    var seen = 0
    // Of two members of one name the later one stands.
    var changes: [String: CorpusDifference.Change] = [:]
    let hasAnnotations = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM annotation)") ?? false
    var difference = CorpusDifference(corpusID: corpus.id)
    try source.scan(knowing: StoredArchives(corpusID: corpus.id, in: db)) { finding in
      guard case .image(let entry) = finding else { return }
      if !unseenFailures.isEmpty { unseenFailures.remove(entry.path) }
      if entry.problem != nil {
        if !failures.contains(entry.path) { failed += 1 }
        return
      }
      let image = ScannedImage(
        path: entry.path, size: entry.size, modified: entry.modified,
        wnid: try labels.resolve(entry.label, in: db).wnid)
      let (change, id) = try difference.compare(image, in: db)
      if entry.replacesEarlier {
        count(changes.removeValue(forKey: entry.path), -1)
        if change == .added { return }
      } else if case .member = entry.location, change == .changed || change == .relabelled {
        changes[entry.path] = change
      }
      if let id, !entry.replacesEarlier {
        seen += 1
        if hasAnnotations || entry.annotation != nil, try hasOtherBoxes(entry, image: id, in: db) {
          annotated += 1
        }
      }
      count(change, 1)
    }
    let present = try Int.fetchOne(
      db, sql: "SELECT present FROM corpus WHERE id = ?", arguments: [corpus.id])
    gone = (present ?? 0) - seen
    failuresGone = unseenFailures.count
  }

  private mutating func count(_ change: CorpusDifference.Change?, _ step: Int) {
    switch change {
    case .added: added += step
    case .changed: changed += step
    case .relabelled: relabelled += step
    case .unchanged, nil: break
    }
  }

  private func hasOtherBoxes(_ entry: CorpusEntry, image id: Int64, in db: Database) throws -> Bool {
    try AnnotationStamp.find(imageID: id, in: db)
      != entry.annotation.map { AnnotationStamp(size: $0.file.size, modified: $0.file.modified) }
  }

  /// "12 images added, 1 changed, 3 gone"; empty when nothing differs.
  var reasons: [String] {
    var parts: [String] = []
    func add(_ count: Int, _ what: String) {
      guard count > 0 else { return }
      parts.append(parts.isEmpty ? "\(count) image\(count == 1 ? "" : "s") \(what)" : "\(count) \(what)")
    }
    add(added, "added")
    add(changed, "changed")
    add(relabelled, "of another class")
    add(annotated, "with other boxes")
    add(gone, "gone")
    add(failed, "unreadable")
    if parts.isEmpty { add(failuresGone, "no longer failing") }
    return parts.isEmpty ? [] : [parts.joined(separator: ", ")]
  }
}
