import FeatureStore
import GRDB
import Pipeline

/// Whether every item that counts as done has its result: the promise that makes a store worth trusting.
enum DoneItems {
  /// - Returns: how many done items were looked at, and what is wrong.
  static func check(_ db: Database) throws -> (done: Int, problems: [String]) {
    var done = 0
    var problems: [String] = []
    for stage in try JobState.status(db) {
      switch stage.uses {
      case FeaturesStage.name:
        guard let space = try SpaceRecord.find(name: stage.name, in: db) else {
          if stage.items.done > 0 {
            problems.append("stage \(stage.name) says \(stage.items.done) items are done and has no space")
          }
          continue
        }
        let (count, lacking, example) = try withoutVector(stage, space, db)
        done += count
        if lacking > 0 {
          problems.append(
            "\(lacking) of \(count) items of stage \(stage.name) count as done and have no vector: \(example), …"
          )
        }
      case SynsetsStage.name where stage.state == .current:
        if try TaxonomyRecord.find(fingerprint: stage.fingerprint, in: db) == nil {
          problems.append("stage \(stage.name) is done and its hierarchy is not there")
        }
      case ImagesStage.name where stage.state == .current:
        if try CorpusRecord.find(identity: stage.fingerprint, in: db) == nil {
          problems.append("stage \(stage.name) is done and its images are not there")
        }
      case NetworkStage.name where stage.state == .current:
        if try NetworkRecord.find(fingerprint: stage.fingerprint, in: db) == nil {
          problems.append("stage \(stage.name) is done and its network is not there")
        }
      default: continue
      }
    }
    return (done, problems)
  }

  private static func withoutVector(
    _ stage: StageStatus, _ space: SpaceRecord, _ db: Database
  ) throws -> (count: Int, lacking: Int, example: String) {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT count(*), coalesce(sum(f.id IS NULL), 0), min(CASE WHEN f.id IS NULL THEN i.path END)
        FROM stage_result AS r JOIN item_state AS s ON s.result_id = r.id
          JOIN image AS i ON i.id = s.item_id
          LEFT JOIN feature AS f ON f.id = (? << 32 | i.content_id)
        WHERE r.kind = ? AND r.fingerprint = ? AND s.state = 'done' AND i.gone = 0
          AND s.version = CAST(i.content_id AS TEXT)
        """, arguments: [space.id, stage.uses, stage.fingerprint])
    return (row?[0] ?? 0, row?[1] ?? 0, row?[2] ?? "")
  }
}
