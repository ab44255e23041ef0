import GRDB

/// All rows of a hierarchy, as plain values: this room stores them and leaves their meaning to others.
public struct TaxonomyRows: Sendable, Equatable {
  public struct Synset: Sendable, Hashable {
    public var wnid: String
    public var words: [String]
    public var gloss: String
    /// `n` or `v`.
    public var partOfSpeech: String
    /// The number of its interlingual identifier, where the wnid doesn't say it.
    public var ili: Int?
    /// The source's own identity, where `wnid` is another.
    public var sourceID: String?

    public init(
      wnid: String, words: [String], gloss: String, partOfSpeech: String = "n", ili: Int? = nil,
      sourceID: String? = nil
    ) {
      self.wnid = wnid
      self.words = words
      self.gloss = gloss
      self.partOfSpeech = partOfSpeech
      self.ili = ili
      self.sourceID = sourceID
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

  public struct Meronym: Sendable, Hashable {
    public var whole: String
    public var part: String
    public var kind: String

    public init(whole: String, part: String, kind: String) {
      self.whole = whole
      self.part = part
      self.kind = kind
    }
  }

  public struct IrregularForm: Sendable, Hashable {
    public var partOfSpeech: String
    public var form: String
    public var lemma: String

    public init(partOfSpeech: String, form: String, lemma: String) {
      self.partOfSpeech = partOfSpeech
      self.form = form
      self.lemma = lemma
    }
  }

  /// In the source's order, each wnid once.
  public var synsets: [Synset]
  /// In the source's order, each pair once.
  public var hypernyms: [Hypernym]
  /// The wnids of a lemma in sense order, by the lemma as the hierarchy folds it.
  public var senses: [String: [String]]
  /// In the source's order, each once.
  public var meronyms: [Meronym]
  /// Sorted by part of speech and form; of one form the lemmas in order.
  public var irregularForms: [IrregularForm]

  public init(
    synsets: [Synset], hypernyms: [Hypernym], senses: [String: [String]], meronyms: [Meronym] = [],
    irregularForms: [IrregularForm] = []
  ) {
    self.synsets = synsets
    self.hypernyms = hypernyms
    self.senses = senses
    self.meronyms = meronyms
    self.irregularForms = irregularForms
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
    for table in ["synset", "hypernym", "sense", "meronym", "irregular_form"] {
      try db.execute(sql: "DELETE FROM \(table) WHERE taxonomy_id = ?", arguments: [id])
    }
    try writeSynsets(id, in: db)
    try writeHypernyms(id, in: db)
    try writeSenses(id, in: db)
    try writeMeronyms(id, in: db)
    try writeIrregularForms(id, in: db)
    return id
  }

  /// In key order, because a B-tree takes rows in order several times faster than at random.
  private func writeSynsets(_ id: Int64, in db: Database) throws {
    let insert = try db.makeStatement(
      sql: """
        INSERT INTO synset(taxonomy_id, wnid, words, gloss, ordinal, part_of_speech, ili, source_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for index in synsets.indices.sorted(by: { synsets[$0].wnid < synsets[$1].wnid }) {
      let synset = synsets[index]
      try insert.execute(arguments: [
        id, synset.wnid, JSONStrings.encode(synset.words), synset.gloss, index, synset.partOfSpeech,
        synset.ili, synset.sourceID,
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

  private func writeMeronyms(_ id: Int64, in db: Database) throws {
    let insert = try db.makeStatement(
      sql: "INSERT OR IGNORE INTO meronym(taxonomy_id, whole, part, kind, ordinal) VALUES (?, ?, ?, ?, ?)")
    for index in meronyms.indices.sorted(by: { meronyms[$0].whole < meronyms[$1].whole }) {
      let meronym = meronyms[index]
      try insert.execute(arguments: [id, meronym.whole, meronym.part, meronym.kind, index])
    }
  }

  private func writeIrregularForms(_ id: Int64, in db: Database) throws {
    let insert = try db.makeStatement(
      sql: """
        INSERT INTO irregular_form(taxonomy_id, part_of_speech, form, rank, lemma) VALUES (?, ?, ?, ?, ?)
        """)
    var rank = 0
    for (index, row) in irregularForms.enumerated() {
      let isSame =
        index > 0 && irregularForms[index - 1].form == row.form
        && irregularForms[index - 1].partOfSpeech == row.partOfSpeech
      rank = isSame ? rank + 1 : 0
      try insert.execute(arguments: [id, row.partOfSpeech, row.form, rank, row.lemma])
    }
  }

  /// All rows of a taxonomy, in the source's order.
  public static func read(taxonomy id: Int64, in db: Database) throws -> TaxonomyRows {
    var rows = TaxonomyRows(synsets: [], hypernyms: [], senses: [:])
    let synsets = try Row.fetchCursor(
      db,
      sql: """
        SELECT wnid, words, gloss, part_of_speech, ili, source_id FROM synset
        WHERE taxonomy_id = ? ORDER BY ordinal
        """, arguments: [id])
    while let row = try synsets.next() {
      guard let words = JSONStrings.decode(row[1]) else {
        throw StoreError.damagedRow(table: "synset", reason: "its words are not a JSON array")
      }
      rows.synsets.append(
        Synset(
          wnid: row[0], words: words, gloss: row[2], partOfSpeech: row[3], ili: row[4], sourceID: row[5]))
    }
    let hypernyms = try Row.fetchCursor(
      db, sql: "SELECT child, parent FROM hypernym WHERE taxonomy_id = ? ORDER BY ordinal", arguments: [id])
    while let row = try hypernyms.next() {
      rows.hypernyms.append(Hypernym(child: row[0], parent: row[1]))
    }
    let senses = try Row.fetchCursor(
      db, sql: "SELECT lemma, wnid FROM sense WHERE taxonomy_id = ? ORDER BY lemma, rank", arguments: [id])
    while let row = try senses.next() { rows.senses[row[0], default: []].append(row[1]) }
    try rows.readPartsAndForms(taxonomy: id, in: db)
    return rows
  }

  private mutating func readPartsAndForms(taxonomy id: Int64, in db: Database) throws {
    let meronymRows = try Row.fetchCursor(
      db, sql: "SELECT whole, part, kind FROM meronym WHERE taxonomy_id = ? ORDER BY ordinal",
      arguments: [id])
    while let row = try meronymRows.next() {
      meronyms.append(Meronym(whole: row[0], part: row[1], kind: row[2]))
    }
    let formRows = try Row.fetchCursor(
      db,
      sql: """
        SELECT part_of_speech, form, lemma FROM irregular_form
        WHERE taxonomy_id = ? ORDER BY part_of_speech, form, rank
        """, arguments: [id])
    while let row = try formRows.next() {
      irregularForms.append(IrregularForm(partOfSpeech: row[0], form: row[1], lemma: row[2]))
    }
  }
}
