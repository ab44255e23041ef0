import GRDB

/// All rows of a hierarchy, as plain values: this room stores them and leaves their meaning to others.
public struct TaxonomyRows: Sendable, Equatable {
  public struct Synset: Sendable, Hashable {
    public var wnid: String
    public var words: [String]
    public var gloss: String

    public init(wnid: String, words: [String], gloss: String) {
      self.wnid = wnid
      self.words = words
      self.gloss = gloss
    }
  }

  public struct Hypernym: Sendable, Hashable {
    public var child: String
    public var parent: String

    public init(child: String, parent: String) {
      self.child = child
      self.parent = parent
    }
  }

  /// In the source's order, each wnid once.
  public var synsets: [Synset]
  /// In the source's order, each pair once.
  public var hypernyms: [Hypernym]
  /// The wnids of a lemma in sense order, by the lemma as the hierarchy folds it.
  public var senses: [String: [String]]

  public init(synsets: [Synset], hypernyms: [Hypernym], senses: [String: [String]]) {
    self.synsets = synsets
    self.hypernyms = hypernyms
    self.senses = senses
  }

  /// Replaces the taxonomy of `fingerprint` by these rows; its id stays if it had one.
  ///
  /// - Returns: the taxonomy's id.
  /// - Throws: `StoreError.duplicateName` for a wnid, or `DatabaseError`.
  @discardableResult
  public func write(fingerprint: String, source: String, in db: Database) throws -> Int64 {
    var seen = Set<String>(minimumCapacity: synsets.count)
    for synset in synsets where !seen.insert(synset.wnid).inserted {
      throw StoreError.duplicateName(table: "synset", name: synset.wnid)
    }
    let id = try Int64.fetchOne(
      db,
      sql: """
        INSERT INTO taxonomy(fingerprint, source) VALUES (?, ?)
        ON CONFLICT(fingerprint) DO UPDATE SET source = excluded.source RETURNING id
        """, arguments: [fingerprint, source])
    guard let id else { throw StoreError.damagedRow(table: "taxonomy", reason: "no id") }
    for table in ["synset", "hypernym", "sense"] {
      try db.execute(sql: "DELETE FROM \(table) WHERE taxonomy_id = ?", arguments: [id])
    }
    try writeSynsets(id, in: db)
    try writeHypernyms(id, in: db)
    try writeSenses(id, in: db)
    return id
  }

  /// In key order, because a B-tree takes rows in order several times faster than at random.
  private func writeSynsets(_ id: Int64, in db: Database) throws {
    let insert = try db.makeStatement(
      sql: "INSERT INTO synset(taxonomy_id, wnid, words, gloss, ordinal) VALUES (?, ?, ?, ?, ?)")
    for index in synsets.indices.sorted(by: { synsets[$0].wnid < synsets[$1].wnid }) {
      let synset = synsets[index]
      try insert.execute(arguments: [
        id, synset.wnid, JSONStrings.encode(synset.words), synset.gloss, index,
      ])
    }
  }

  private func writeHypernyms(_ id: Int64, in db: Database) throws {
    let insert = try db.makeStatement(
      sql: "INSERT OR IGNORE INTO hypernym(taxonomy_id, child, parent, ordinal) VALUES (?, ?, ?, ?)")
    for index in hypernyms.indices.sorted(by: { hypernyms[$0].child < hypernyms[$1].child }) {
      try insert.execute(arguments: [id, hypernyms[index].child, hypernyms[index].parent, index])
    }
  }

  private func writeSenses(_ id: Int64, in db: Database) throws {
    let insert = try db.makeStatement(
      sql: "INSERT INTO sense(taxonomy_id, lemma, rank, wnid) VALUES (?, ?, ?, ?)")
    for (lemma, wnids) in senses.sorted(by: { $0.key < $1.key }) {
      for (rank, wnid) in wnids.enumerated() {
        try insert.execute(arguments: [id, lemma, rank, wnid])
      }
    }
  }

  /// All rows of a taxonomy, in the source's order.
  public static func read(taxonomy id: Int64, in db: Database) throws -> TaxonomyRows {
    var rows = TaxonomyRows(synsets: [], hypernyms: [], senses: [:])
    let synsets = try Row.fetchCursor(
      db, sql: "SELECT wnid, words, gloss FROM synset WHERE taxonomy_id = ? ORDER BY ordinal", arguments: [id]
    )
    while let row = try synsets.next() {
      guard let words = JSONStrings.decode(row[1]) else {
        throw StoreError.damagedRow(table: "synset", reason: "its words are not a JSON array")
      }
      rows.synsets.append(Synset(wnid: row[0], words: words, gloss: row[2]))
    }
    let hypernyms = try Row.fetchCursor(
      db, sql: "SELECT child, parent FROM hypernym WHERE taxonomy_id = ? ORDER BY ordinal", arguments: [id])
    while let row = try hypernyms.next() {
      rows.hypernyms.append(Hypernym(child: row[0], parent: row[1]))
    }
    let senses = try Row.fetchCursor(
      db, sql: "SELECT lemma, wnid FROM sense WHERE taxonomy_id = ? ORDER BY lemma, rank", arguments: [id])
    while let row = try senses.next() { rows.senses[row[0], default: []].append(row[1]) }
    return rows
  }
}
