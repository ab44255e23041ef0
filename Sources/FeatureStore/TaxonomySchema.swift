import GRDB

/// What was added to the tables of hierarchies after the first version of the store.
enum TaxonomySchema {
  static let migration = "feature-store: parts of speech, interlingual identifiers, parts, irregular forms"

  static func extend(_ db: Database) throws { try db.execute(sql: statements) }

  private static let statements = """
    ALTER TABLE synset ADD COLUMN part_of_speech TEXT NOT NULL DEFAULT 'n';
    ALTER TABLE synset ADD COLUMN ili INTEGER;     -- null where the wnid says it, and where there is none
    ALTER TABLE synset ADD COLUMN source_id TEXT;  -- the source's own identity, where wnid is another
    CREATE TABLE meronym(
      taxonomy_id INTEGER NOT NULL REFERENCES taxonomy ON DELETE CASCADE,
      whole TEXT NOT NULL,
      part TEXT NOT NULL,
      kind TEXT NOT NULL,         -- part, member, substance, portion, location
      ordinal INTEGER NOT NULL,   -- position in the source
      PRIMARY KEY(taxonomy_id, whole, part, kind)) WITHOUT ROWID, STRICT;
    CREATE TABLE irregular_form(
      taxonomy_id INTEGER NOT NULL REFERENCES taxonomy ON DELETE CASCADE,
      part_of_speech TEXT NOT NULL,
      form TEXT NOT NULL,
      rank INTEGER NOT NULL,      -- of several lemmas the first is 0
      lemma TEXT NOT NULL,
      PRIMARY KEY(taxonomy_id, part_of_speech, form, rank)) WITHOUT ROWID, STRICT;
    """
}
