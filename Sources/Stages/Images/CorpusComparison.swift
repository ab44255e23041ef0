import Corpus
import FeatureStore
import GRDB
import Pipeline

/// How a source differs from what the store holds of it, found by its names, sizes and times alone.
struct CorpusComparison {
  private(set) var added = 0
  private(set) var changed = 0
  private(set) var relabelled = 0
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
    let known = try db.makeStatement(
      sql: "SELECT size, modified, wnid, gone FROM image WHERE corpus_id = ? AND path = ?")
    try source.scan(knowing: StoredArchives(corpusID: corpus.id, in: db)) { finding in
      guard case .image(let entry) = finding, !entry.replacesEarlier else { return }
      unseenFailures.remove(entry.path)
      if entry.problem != nil {
        if !failures.contains(entry.path) { failed += 1 }
        return
      }
      guard let row = try Row.fetchOne(known, arguments: [corpus.id, entry.path]) else {
        added += 1
        return
      }
      let isGone: Bool = row[3]
      if !isGone { seen += 1 }
      if isGone {
        added += 1
      } else if row[0] != entry.size || row[1] != entry.modified {
        changed += 1
      } else if try labels.resolve(entry.label, in: db).wnid != row[2] {
        relabelled += 1
      }
    }
    let present = try Int.fetchOne(
      db, sql: "SELECT present FROM corpus WHERE id = ?", arguments: [corpus.id])
    gone = (present ?? 0) - seen
    failuresGone = unseenFailures.count
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
    add(gone, "gone")
    add(failed, "unreadable")
    if parts.isEmpty { add(failuresGone, "no longer failing") }
    return parts.isEmpty ? [] : [parts.joined(separator: ", ")]
  }
}
