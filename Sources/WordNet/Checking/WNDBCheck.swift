/// What is odd in a Princeton WordNet database: in the files of all parts of speech that are there.
struct WNDBCheck {
  private let files: WNDBFiles
  private var tables: [Table] = []
  private var findings = FindingList()

  /// One part of speech: its file's name, and the letters that lines and pointers call it by.
  private static let parts = [("noun", "n"), ("verb", "v"), ("adj", "as"), ("adv", "r")]

  private struct Table {
    let letters: String
    let path: String
    let indexPath: String?
    var numbers: [Int: Int32] = [:]
    var records: [(record: WNDBRecord, line: Int)] = []
    var release = WNDBRelease.wordNet30

    func name(_ offset: Int) -> String {
      let digits = String(offset)
      let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
      let own = "\(letters.prefix(1))\(padded)"
      guard let partOfSpeech = letters.utf8.first.flatMap(PartOfSpeech.init(letter:)) else { return own }
      return release.id(partOfSpeech, offset: offset).text
    }
  }

  init(folder: String) throws(WordNetReadError) {
    files = WNDBFiles(folder: folder)
    for (name, letters) in Self.parts {
      guard let path = files.existing("data.\(name)") else { continue }
      // Without the nouns' index nothing is read either.
      let indexPath = name == "noun" ? files.path("index.noun") : files.existing("index.\(name)")
      var table = Table(letters: letters, path: path, indexPath: indexPath)
      try read(&table)
      tables.append(table)
    }
  }

  func result() throws(WordNetReadError) -> (Int, FindingList) {
    var check = self
    for table in tables {
      check.lookAt(table)
      if let path = table.indexPath { try check.compareIndex(path, table) }
    }
    return (tables.reduce(0) { $0 + $1.records.count }, check.findings)
  }

  private mutating func read(_ table: inout Table) throws(WordNetReadError) {
    var lines = try FileLines(path: table.path)
    var header: [String] = []
    while let bytes = try lines.next() {
      if bytes.isEmpty { continue }
      if bytes.first == 0x20 {
        if header.count < 64 { header.append(String(decoding: bytes, as: UTF8.self)) }
        continue
      }
      if table.records.isEmpty { table.release = WNDBRelease(header: header) }
      var line = WNDBLine(bytes, path: table.path, number: lines.number)
      do throws(WordNetReadError) {
        let record = try WNDBRecord(&line, letters: table.letters)
        if let earlier = table.numbers[record.offset] {
          let id = table.name(record.offset)
          add(
            .repeatedIdentity, table.path, lines.number, id,
            "\(id) is there already, in line \(table.records[Int(earlier)].line)")
        } else {
          table.numbers[record.offset] = Int32(table.records.count)
        }
        table.records.append((record, lines.number))
      } catch {
        add(.malformed, table.path, lines.number, "", error.reason)
      }
    }
  }

  private mutating func lookAt(_ table: Table) {
    var edges = CycleFindings()
    for (number, (record, line)) in table.records.enumerated() {
      let id = table.name(record.offset)
      if record.gloss.isEmpty { add(.emptyGloss, table.path, line, id, "\(id) has no gloss") }
      if record.words.isEmpty { add(.noWords, table.path, line, id, "\(id) has no words") }
      var hypernyms: Set<Int> = []
      for pointer in record.pointers {
        let letter = pointer.partOfSpeech
        guard let target = tables.first(where: { $0.letters.utf8.contains(letter) }) else { continue }
        guard let place = target.numbers[pointer.offset] else {
          let name = target.name(pointer.offset)
          add(.danglingReference, table.path, line, name, "\(id) points to \(name), which is not there")
          continue
        }
        guard pointer.isHypernym, target.letters == table.letters else { continue }
        edges.add(child: Int32(number), parent: place, line: line)
        if !hypernyms.insert(pointer.offset).inserted {
          add(.repeatedChild, table.path, line, id, "\(id) stands twice under \(target.name(pointer.offset))")
        }
      }
    }
    for (child, parent, line) in edges.closing(nodeCount: table.records.count) {
      let id = table.name(table.records[Int(child)].record.offset)
      let above = table.name(table.records[Int(parent)].record.offset)
      add(.cycle, table.path, line, id, "\(above) stands above \(id), and below it as well")
    }
  }

  /// Each lemma of the index has to be a word of the synsets it names.
  private mutating func compareIndex(_ path: String, _ table: Table) throws(WordNetReadError) {
    var lines = try FileLines(path: path)
    while let bytes = try lines.next() {
      if bytes.isEmpty || bytes.first == 0x20 { continue }
      var line = WNDBLine(bytes, path: path, number: lines.number)
      do throws(WordNetReadError) {
        let (lemma, offsets) = try WNDBIndex.entry(&line, letters: table.letters)
        for offset in offsets {
          let id = table.name(offset)
          guard let place = table.numbers[offset] else {
            add(.danglingReference, path, lines.number, id, "\"\(lemma)\" names \(id), which is not there")
            continue
          }
          let words = table.records[Int(place)].record.words.map { Self.bare(LemmaIndex.fold($0)) }
          if !words.contains(LemmaIndex.fold(lemma)) {
            add(
              .differingWords, path, lines.number, id,
              "\"\(lemma)\" names \(id), which has the words \(words.joined(separator: ", "))")
          }
        }
      } catch {
        add(.malformed, path, lines.number, "", error.reason)
      }
    }
  }

  /// Adjectives have their place in a phrase behind them: `afloat(p)`.
  private static func bare(_ word: String) -> String {
    guard word.hasSuffix(")"), let open = word.lastIndex(of: "(") else { return word }
    return ["(p)", "(a)", "(ip)"].contains(word[open...]) ? String(word[..<open]) : word
  }

  private mutating func add(
    _ kind: HierarchyFinding.Kind, _ path: String, _ line: Int, _ subject: String, _ message: String
  ) {
    findings.add(kind, path, line, subject, message)
  }
}

extension WordNetReadError {
  /// The sentence without the place, which a finding has itself.
  fileprivate var reason: String {
    if case .malformed(_, _, let reason) = self { return reason }
    return description
  }
}
