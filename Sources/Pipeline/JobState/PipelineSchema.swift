import GRDB

/// The tables of job state. They live in the same file as the domain's, so that a batch's rows and its
/// items' states commit together.
public enum PipelineSchema {
  /// Adds this room's migrations; call before the migrator runs.
  public static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("pipeline 1: job state") { db in
      try db.execute(sql: jobState)
    }
    RunSchema.register(in: &migrator)
    ItemTally.register(in: &migrator)
    migrator.registerMigration("pipeline 2: forgiven failures") { db in
      try db.execute(sql: forgiveness)
    }
  }

  /// Whether the store has this room's tables.
  static func isPresent(in db: Database) throws -> Bool { try db.tableExists("stage_result") }

  private static let jobState = """
    -- One row for every result ever begun. Old ones stay, so that switching a parameter back is instant.
    CREATE TABLE stage_result (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      components TEXT NOT NULL,        -- JSON: what the fingerprint was made of, to say why it differs
      state TEXT NOT NULL,             -- running | done | retry
      done INTEGER NOT NULL DEFAULT 0,
      failed INTEGER NOT NULL DEFAULT 0,
      seconds REAL NOT NULL DEFAULT 0, -- of the last run that worked on it
      started TEXT,
      finished TEXT,
      error TEXT,                      -- why the last run could not finish it
      UNIQUE (kind, fingerprint)
    );
    -- What each stage name stood for when last run.
    CREATE TABLE pipeline_stage (
      name TEXT PRIMARY KEY,
      uses TEXT NOT NULL,
      result_id INTEGER NOT NULL REFERENCES stage_result(id),
      components TEXT NOT NULL,
      position INTEGER NOT NULL
    ) WITHOUT ROWID;
    -- An item without a row is pending.
    CREATE TABLE item_state (
      result_id INTEGER NOT NULL,
      item_id INTEGER NOT NULL,
      version TEXT NOT NULL,
      state TEXT NOT NULL,             -- done | failed | pending (failed, and to be tried again)
      attempts INTEGER NOT NULL,
      updated INTEGER NOT NULL,        -- Unix time in seconds
      name TEXT,                       -- of a failed item: what a person knows it by
      error_class TEXT,
      message TEXT,
      PRIMARY KEY (result_id, item_id)
    ) WITHOUT ROWID;
    -- Failures are few and asked for often; the index holds nothing else.
    CREATE INDEX item_state_unfinished ON item_state (result_id, state, item_id) WHERE state <> 'done';
    -- What whole stages could not use, by the name the stage gives it.
    CREATE TABLE stage_failure (
      result_id INTEGER NOT NULL,
      name TEXT NOT NULL,
      error_class TEXT NOT NULL,
      message TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      PRIMARY KEY (result_id, name)
    ) WITHOUT ROWID;
    -- Contents of files already hashed, so that planning doesn't read a model again.
    CREATE TABLE file_digest (
      path TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      modified INTEGER NOT NULL,       -- ns
      inode INTEGER NOT NULL,
      digest BLOB NOT NULL
    ) WITHOUT ROWID;
    """

  /// A failed item that a person accepted as such has the state 'forgiven'.
  private static let forgiveness = """
    ALTER TABLE stage_result ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE stage_failure ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;
    """
}
