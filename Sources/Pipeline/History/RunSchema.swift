import GRDB

/// The tables of what happened: every run, its stages, what their steps took and what failed in them.
///
/// A run's row is written before its first stage, and its stages' rows with every transaction of theirs. So a run
/// that was killed is told by what is missing: it has no outcome.
enum RunSchema {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("pipeline: runs") { db in try db.execute(sql: tables) }
  }

  private static let tables = """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      command TEXT NOT NULL,           -- JSON array
      pipeline TEXT NOT NULL,          -- path of the pipeline file
      parameters TEXT NOT NULL,        -- JSON object of objects: by stage, by parameter
      versions TEXT NOT NULL,          -- JSON object
      machine TEXT NOT NULL,           -- JSON object
      threads INTEGER NOT NULL,
      process TEXT NOT NULL,           -- JSON object: enough to tell whether it still lives
      started REAL NOT NULL,           -- Unix time in seconds, as are the other moments
      seen REAL NOT NULL,              -- the last moment it wrote anything
      finished REAL,
      planning REAL NOT NULL,          -- seconds, before the first stage
      seconds REAL NOT NULL DEFAULT 0, -- from the start until it was last seen, by a clock that doesn't jump
      outcome TEXT                     -- done | some-failed | unfinished | interrupted | killed; null until the end
    );
    CREATE INDEX run_open ON run (id) WHERE outcome IS NULL;
    CREATE TABLE run_stage (
      run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,       -- in running order
      name TEXT NOT NULL,
      uses TEXT NOT NULL,
      needs TEXT NOT NULL,             -- JSON array: the stages it refers to
      state TEXT NOT NULL,             -- waiting | running | done | current | stopped | failed | skipped
      reasons TEXT NOT NULL,           -- JSON array: why it ran; why it didn't finish
      began REAL,                      -- seconds after the run's start
      seconds REAL NOT NULL DEFAULT 0,
      pending INTEGER,                 -- items that this run had to do
      done INTEGER NOT NULL DEFAULT 0, -- by this run
      failed INTEGER NOT NULL DEFAULT 0,
      working REAL NOT NULL DEFAULT 0, -- seconds of those spent on items, without preparing for them
      standing_done INTEGER,           -- what stood recorded when it ended
      standing_failed INTEGER,
      samples TEXT NOT NULL DEFAULT '[]', -- JSON: [seconds since the stage began, done, failed], …
      PRIMARY KEY (run_id, position)
    ) WITHOUT ROWID;
    CREATE TABLE run_step (
      run_id INTEGER NOT NULL,
      position INTEGER NOT NULL,
      step TEXT NOT NULL,
      seconds REAL NOT NULL,           -- summed over threads
      count INTEGER NOT NULL,          -- how many times
      PRIMARY KEY (run_id, position, step),
      FOREIGN KEY (run_id, position) REFERENCES run_stage (run_id, position) ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE TABLE run_failure (
      run_id INTEGER NOT NULL,
      position INTEGER NOT NULL,
      error_class TEXT NOT NULL,
      count INTEGER NOT NULL,
      examples TEXT NOT NULL,          -- JSON: the first few, {"item", "message"}
      PRIMARY KEY (run_id, position, error_class),
      FOREIGN KEY (run_id, position) REFERENCES run_stage (run_id, position) ON DELETE CASCADE
    ) WITHOUT ROWID;
    """
}
