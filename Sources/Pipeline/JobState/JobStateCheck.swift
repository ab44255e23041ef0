import GRDB

extension JobState {
  /// What in this room's tables can't be what a run wrote; a sentence each.
  public static func damagedRecords(_ db: Database) throws -> [String] {
    var problems: [String] = []
    let components = try Row.fetchAll(
      db,
      sql: """
        SELECT 'stage ' || name, components FROM pipeline_stage
        UNION ALL SELECT 'a result of kind ' || kind, components FROM stage_result
        """)
    for row in components where (try? FingerprintComponent.list(fromJSON: row[1])) == nil {
      let owner: String = row[0]
      problems.append("what \(owner) was made of can't be read")
    }
    let dangling = try String.fetchAll(
      db, sql: "SELECT name FROM pipeline_stage WHERE result_id NOT IN (SELECT id FROM stage_result)")
    problems += dangling.map { "stage \($0) stands for a result that is not there" }
    let strange =
      try Int.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM item_state WHERE state <> 'done'
            AND (state NOT IN ('failed', 'pending', 'forgiven') OR attempts < 1)
          """) ?? 0
    if strange > 0 { problems.append("\(strange) items have a state that no run writes") }
    return problems
  }
}
