import GRDB

/// The tables of images, synsets, networks, spaces and vectors, and how they came to be.
///
/// The key of `feature` is its space and its content in one integer (`space_id << 32 | content_id`). So the
/// vectors of a space lie together in the file and are read in order, no second index repeats the pair for
/// every row, and `space_id` and `content_id` are still columns to write queries with (generated, they take
/// no room).
public enum FeatureStoreSchema {
  /// The page size a new store should have, in bytes.
  ///
  /// A row lies whole in one page, so that searching reads vectors where they are. A page of 64 KiB loses 2 %
  /// to the gap after the last whole vector of 1,280 float16; a page of 16 KiB loses 7 % and one of 4 KiB 60
  /// %.
  public static let pageSize = 65_536

  /// Readies a connection for stores of any size: call it for every connection, from
  /// `Configuration.prepareDatabase`.
  ///
  /// SQLite's own page cache of 2 MiB would hold 31 of our pages.
  public static func prepare(_ db: Database) throws {
    try db.execute(sql: "PRAGMA cache_size = -32768")
  }

  /// Adds this room's migrations to `migrator`, oldest first.
  public static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("feature-store-1") { db in
      try db.execute(sql: taxonomies)
      try db.execute(sql: images)
      try db.execute(sql: vectors)
    }
    migrator.registerMigration("feature-store-2 archives") { db in try db.execute(sql: archives) }
    migrator.registerMigration(TaxonomySchema.migration) { db in try TaxonomySchema.extend(db) }
    migrator.registerMigration("feature-store: corpus revisions") { db in try db.execute(sql: revisions) }
    migrator.registerMigration("feature-store-3 warnings") { db in try db.execute(sql: warnings) }
    migrator.registerMigration("feature-store-3 boxes") { db in try db.execute(sql: boxes) }
  }

  private static let warnings = """
    -- Vectors of contents that were damaged, and accepted so.
    CREATE TABLE feature_warning(
      space_id INTEGER NOT NULL REFERENCES space ON DELETE CASCADE,
      content_id INTEGER NOT NULL,
      warning_class TEXT NOT NULL,
      message TEXT NOT NULL,
      PRIMARY KEY(space_id, content_id)) WITHOUT ROWID, STRICT;
    """

  private static let taxonomies = """
    CREATE TABLE taxonomy(
      id INTEGER PRIMARY KEY,
      fingerprint TEXT NOT NULL UNIQUE,
      source TEXT NOT NULL) STRICT;
    CREATE TABLE synset(
      taxonomy_id INTEGER NOT NULL REFERENCES taxonomy ON DELETE CASCADE,
      wnid TEXT NOT NULL,
      words TEXT NOT NULL,        -- JSON array
      gloss TEXT NOT NULL,
      ordinal INTEGER NOT NULL,   -- position in the source
      PRIMARY KEY(taxonomy_id, wnid)) WITHOUT ROWID, STRICT;
    CREATE TABLE hypernym(
      taxonomy_id INTEGER NOT NULL REFERENCES taxonomy ON DELETE CASCADE,
      child TEXT NOT NULL,
      parent TEXT NOT NULL,
      ordinal INTEGER NOT NULL,   -- position in the source
      PRIMARY KEY(taxonomy_id, child, parent)) WITHOUT ROWID, STRICT;
    CREATE INDEX hypernym_by_parent ON hypernym(taxonomy_id, parent);
    CREATE TABLE sense(
      taxonomy_id INTEGER NOT NULL REFERENCES taxonomy ON DELETE CASCADE,
      lemma TEXT NOT NULL,        -- as the hierarchy folds it
      rank INTEGER NOT NULL,      -- 0 is the first sense
      wnid TEXT NOT NULL,
      PRIMARY KEY(taxonomy_id, lemma, rank)) WITHOUT ROWID, STRICT;
    """

  private static let images = """
    CREATE TABLE corpus(
      id INTEGER PRIMARY KEY,
      identity TEXT NOT NULL UNIQUE,
      root TEXT NOT NULL,
      taxonomy_id INTEGER REFERENCES taxonomy ON DELETE SET NULL) STRICT;
    CREATE TABLE content(
      id INTEGER PRIMARY KEY,
      digest BLOB NOT NULL,       -- SHA-256 of the bytes
      size INTEGER NOT NULL) STRICT; -- bytes
    -- Eight bytes of a SHA-256 find it; the other 24 would only be stored twice.
    CREATE INDEX content_by_digest ON content(substr(digest, 1, 8));
    CREATE TABLE image(
      id INTEGER PRIMARY KEY,
      corpus_id INTEGER NOT NULL REFERENCES corpus ON DELETE CASCADE,
      path TEXT NOT NULL,         -- below the corpus' root, parts separated by '/'
      content_id INTEGER REFERENCES content,  -- null until the bytes have been read
      size INTEGER NOT NULL,      -- bytes, as the last scan saw them
      modified INTEGER NOT NULL,  -- nanoseconds since 1970
      wnid TEXT,                  -- the true class; null where unknown
      gone INTEGER NOT NULL DEFAULT 0,
      UNIQUE(corpus_id, path)) STRICT;
    CREATE INDEX image_by_content ON image(content_id) WHERE content_id IS NOT NULL;
    CREATE INDEX image_by_class ON image(wnid) WHERE wnid IS NOT NULL;
    CREATE INDEX image_gone ON image(corpus_id) WHERE gone = 1;
    """

  private static let vectors = """
    CREATE TABLE network(
      id INTEGER PRIMARY KEY,
      fingerprint TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      model_digest BLOB NOT NULL, -- SHA-256 of the model's file
      precision TEXT NOT NULL,
      recipe TEXT NOT NULL,       -- JSON: how an image becomes its input
      labels TEXT,                -- JSON array: the wnid of each output class; null where unknown
      plan BLOB NOT NULL) STRICT; -- the serialized network
    CREATE TABLE space(
      id INTEGER PRIMARY KEY,
      fingerprint TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,         -- of the stage that used it last
      network_id INTEGER NOT NULL REFERENCES network ON DELETE CASCADE,
      layer TEXT NOT NULL,
      dimension INTEGER NOT NULL,
      encoding TEXT NOT NULL CHECK(encoding IN ('float16', 'int8')),
      used INTEGER NOT NULL,      -- the greatest is the space used last
      vectors INTEGER NOT NULL DEFAULT 0,   -- how many it has: counting them would read them
      revision INTEGER NOT NULL DEFAULT 0) STRICT; -- counts changes of its vectors
    -- Apart from `space`, because stages that give the same vectors share one.
    CREATE TABLE space_name(
      name TEXT PRIMARY KEY,      -- of a stage
      space_id INTEGER NOT NULL REFERENCES space ON DELETE CASCADE) WITHOUT ROWID, STRICT;
    CREATE INDEX space_name_by_space ON space_name(space_id);
    CREATE TABLE feature(
      id INTEGER PRIMARY KEY,     -- space_id << 32 | content_id
      scale REAL,                 -- of int8 vectors: value = scale * element
      vector BLOB NOT NULL,
      space_id INTEGER GENERATED ALWAYS AS (id >> 32) VIRTUAL,
      content_id INTEGER GENERATED ALWAYS AS (id & 4294967295) VIRTUAL) STRICT;
    CREATE TABLE prediction(
      space_id INTEGER NOT NULL REFERENCES space ON DELETE CASCADE,
      content_id INTEGER NOT NULL,
      class_index INTEGER NOT NULL, -- the most probable class,
      millionths INTEGER NOT NULL,  -- and its probability
      -- All of them, best first: UInt16 index, Float32 probability, little-endian.
      classes BLOB NOT NULL,
      PRIMARY KEY(space_id, content_id)) WITHOUT ROWID, STRICT;
    CREATE INDEX prediction_by_class ON prediction(space_id, class_index, millionths);
    CREATE TABLE search_index(
      space_id INTEGER PRIMARY KEY REFERENCES space ON DELETE CASCADE,
      revision INTEGER NOT NULL,    -- of the space when this was made
      rows INTEGER NOT NULL,
      inverse_norms BLOB NOT NULL) STRICT; -- Float32 a vector, in the order of feature.id
    """

  private static let archives = """
    -- How the corpus' source is laid out, in a few words; null where that was not noted.
    ALTER TABLE corpus ADD COLUMN layout TEXT;
    CREATE TABLE archive(
      id INTEGER PRIMARY KEY,
      corpus_id INTEGER NOT NULL REFERENCES corpus ON DELETE CASCADE,
      path TEXT NOT NULL,         -- absolute
      size INTEGER NOT NULL,      -- bytes, as the last scan saw them
      modified INTEGER NOT NULL,  -- nanoseconds since 1970
      compression TEXT NOT NULL CHECK(compression IN ('none', 'gzip')),
      listed INTEGER NOT NULL DEFAULT 0, -- 1: all members are in the store and nothing was amiss
      UNIQUE(corpus_id, path)) STRICT;
    -- Where an image lies that is no file of its own. Its path is only ever a key.
    CREATE TABLE archive_member(
      image_id INTEGER PRIMARY KEY REFERENCES image ON DELETE CASCADE,
      archive_id INTEGER NOT NULL REFERENCES archive ON DELETE CASCADE,
      offset INTEGER NOT NULL,    -- of its first byte, in what the archive holds unpacked
      extents BLOB,               -- with holes: offset, start and count of each run, Int64 little-endian
      label TEXT) STRICT;         -- the class as the archive gives it
    CREATE INDEX archive_member_by_archive ON archive_member(archive_id, offset);
    """

  private static let revisions = """
    -- Counts the changes of a corpus' images, by which what was made of them knows whether it is stale, and those that
    -- are there. By triggers, so that no way of writing an image can forget it.
    ALTER TABLE corpus ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE corpus ADD COLUMN present INTEGER NOT NULL DEFAULT 0; -- images that are not gone
    UPDATE corpus SET present = (SELECT count(*) FROM image WHERE corpus_id = corpus.id AND gone = 0);
    CREATE TRIGGER image_added AFTER INSERT ON image
    BEGIN
      UPDATE corpus SET revision = revision + 1, present = present + (new.gone = 0) WHERE id = new.corpus_id;
    END;
    CREATE TRIGGER image_changed AFTER UPDATE OF corpus_id, content_id, gone ON image
    BEGIN
      UPDATE corpus SET revision = revision + 1,
        present = present + (id = new.corpus_id AND new.gone = 0) - (id = old.corpus_id AND old.gone = 0)
      WHERE id IN (old.corpus_id, new.corpus_id);
    END;
    CREATE TRIGGER image_removed AFTER DELETE ON image
    BEGIN
      UPDATE corpus SET revision = revision + 1, present = present - (old.gone = 0) WHERE id = old.corpus_id;
    END;
    -- The images that have work in them, without reading the table. (`gone` is there because SQLite before 3.44 would
    -- look it up, though the condition tells it.)
    CREATE INDEX image_present ON image(corpus_id, content_id, gone) WHERE gone = 0 AND content_id IS NOT NULL;
    -- The first of a class in path order, without reading the others.
    DROP INDEX image_by_class;
    CREATE INDEX image_by_class ON image(wnid, gone, path, corpus_id) WHERE wnid IS NOT NULL;
    """

  private static let boxes = """
    CREATE TABLE annotation(
      image_id INTEGER PRIMARY KEY REFERENCES image ON DELETE CASCADE,
      size INTEGER NOT NULL,      -- of the file its boxes were read from, in bytes
      modified INTEGER NOT NULL) STRICT; -- nanoseconds since 1970
    CREATE TABLE box(
      id INTEGER PRIMARY KEY,
      image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,   -- place in the annotation, from 0
      label TEXT NOT NULL,        -- as annotated
      wnid TEXT,                  -- null where the label names no synset
      left INTEGER NOT NULL,      -- pixels: the columns left..<right and the rows top..<bottom, as annotated
      top INTEGER NOT NULL,
      right INTEGER NOT NULL,
      bottom INTEGER NOT NULL,
      is_truncated INTEGER NOT NULL,
      is_difficult INTEGER NOT NULL,
      content_id INTEGER REFERENCES content, -- what is within, a content of its own
      UNIQUE(image_id, ordinal)) STRICT;
    CREATE INDEX box_by_content ON box(content_id) WHERE content_id IS NOT NULL;
    CREATE INDEX box_by_class ON box(wnid) WHERE wnid IS NOT NULL;
    -- A box that comes, changes or goes is work for who takes boxes, as an image's change is.
    CREATE TRIGGER box_added AFTER INSERT ON box
    BEGIN
      UPDATE corpus SET revision = revision + 1 WHERE id = (SELECT corpus_id FROM image WHERE id = new.image_id);
    END;
    CREATE TRIGGER box_changed AFTER UPDATE ON box WHEN new.content_id IS NOT old.content_id
    BEGIN
      UPDATE corpus SET revision = revision + 1 WHERE id = (SELECT corpus_id FROM image WHERE id = new.image_id);
    END;
    CREATE TRIGGER box_removed AFTER DELETE ON box
    BEGIN
      UPDATE corpus SET revision = revision + 1 WHERE id = (SELECT corpus_id FROM image WHERE id = old.image_id);
    END;
    -- What a space's vectors are of: whole images, or the boxes in them.
    ALTER TABLE space ADD COLUMN crop TEXT NOT NULL DEFAULT 'none' CHECK(crop IN ('none', 'boxes'));
    """
}
