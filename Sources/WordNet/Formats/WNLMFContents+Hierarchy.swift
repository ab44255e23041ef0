extension WNLMFContents {
  /// Synsets with their words, and the edges between them.
  ///
  /// - Throws: `WordNetReadError.unexpectedContents` without any synset.
  consuming func hierarchy(path: String) throws(WordNetReadError) -> Hierarchy {
    let assembly = WNLMFAssembly(self)
    if assembly.synsets.isEmpty {
      throw .unexpectedContents(
        path: path, line: nil, found: "none", expected: "<Synset> elements that are nouns or verbs")
    }
    return assembly.hierarchy()
  }
}

/// A record that becomes a synset of its own.
private struct NamedRecord {
  let record: Int
  let id: SynsetID
  let isWNID: Bool
  let partOfSpeech: PartOfSpeech
  /// Its words' senses, in order, as a range of all named records' senses.
  var senses: Range<Int>
}

extension WNLMFContents {
  fileprivate func synset(_ named: NamedRecord, _ senses: ArraySlice<Int32>) -> Synset {
    let record = records[named.record]
    let own = symbols.text(record.symbol)
    return Synset(
      id: named.id, words: senses.map { word($0) }, gloss: string(record.gloss),
      partOfSpeech: named.partOfSpeech,
      statedILI: named.isWNID ? nil : record.ili.map { InterlingualID(number: $0) },
      sourceID: named.id.text == own ? nil : own)
  }

  fileprivate func word(_ sense: Int32) -> String { string(entries[Int(senses[Int(sense)].entry)].word) }
}

/// Makes synsets of records: gives each its identity, and its words in their order.
private struct WNLMFAssembly {
  private let contents: WNLMFContents
  /// For every symbol, of its synset.
  private let sensesOf: AdjacencyLists
  private(set) var synsets: [Synset] = []
  private var indices = SynsetIndices()
  /// The sense number of each word, synset after synset.
  private var ranks: [Int32] = []
  /// Where a symbol's synset stands; -1 without one.
  private var places: [Int32]

  /// A record of a concept that another lexicon has already.
  private struct Joined {
    let record: Int
    let place: Int
  }

  init(_ contents: WNLMFContents) {
    self.contents = contents
    places = [Int32](repeating: -1, count: contents.symbols.count)
    let known = contents.senses.map { contents.symbols.find(hash: $0.synset) ?? -1 }
    sensesOf = AdjacencyLists(
      nodeCount: contents.symbols.count,
      pairs: known.indices.lazy.filter { known[$0] >= 0 }.map { (from: known[$0], to: Int32($0)) })
    var (named, joined) = name()
    let senses = order(&named)
    ranks = senses.map { contents.senses[Int($0)].rank }
    // Texts are made on both processors: they are most of the work.
    synsets = Halves.map(named) { contents.synset($0, senses[$0.senses]) }
    join(joined)
  }

  /// Every record's identity, and which records are of a concept that another lexicon has already.
  private mutating func name() -> (named: [NamedRecord], joined: [Joined]) {
    var named: [NamedRecord] = []
    var joined: [Joined] = []
    // The lexicon in which a place was given last.
    var lexicons: [Int32] = []
    named.reserveCapacity(contents.records.count)
    lexicons.reserveCapacity(contents.records.count)
    indices.reserveCapacity(contents.records.count)
    for (number, record) in contents.records.enumerated() where places[Int(record.symbol)] < 0 {
      guard let partOfSpeech = record.partOfSpeech ?? partOfWords(record) else { continue }
      let wnid = WNLMFIdentity.wnid(contents.symbols[record.symbol]) ?? record.ili.flatMap(WordNet30.wnid)
      var id = wnid.map { SynsetID($0) } ?? SynsetID(contents.symbols.text(record.symbol))
      var isWNID = wnid != nil
      if !indices.append(id) {
        if isWNID, let place = indices[id], lexicons[Int(place)] != record.lexicon {
          places[Int(record.symbol)] = place
          lexicons[Int(place)] = record.lexicon
          joined.append(Joined(record: number, place: Int(place)))
          continue
        }
        id = SynsetID(contents.symbols.text(record.symbol))
        isWNID = false
        if !indices.append(id) { continue }
      }
      places[Int(record.symbol)] = Int32(named.count)
      named.append(
        NamedRecord(record: number, id: id, isWNID: isWNID, partOfSpeech: partOfSpeech, senses: 0..<0))
      lexicons.append(record.lexicon)
    }
    return (named, joined)
  }

  private func partOfWords(_ record: WNLMFContents.Record) -> PartOfSpeech? {
    sensesOf[record.symbol].first.map { contents.entries[Int(contents.senses[Int($0)].entry)].partOfSpeech }
  }

  /// All records' senses, in the order of each one's words.
  private func order(_ named: inout [NamedRecord]) -> [Int32] {
    var senses: [Int32] = []
    senses.reserveCapacity(contents.senses.count)
    for index in named.indices {
      let start = senses.count
      append(&senses, of: contents.records[named[index].record])
      named[index].senses = start..<senses.count
    }
    return senses
  }

  /// The same concepts in other lexicons: their words are added.
  private mutating func join(_ joined: [Joined]) {
    if joined.isEmpty { return }
    var added: [Int: [Int32]] = [:]
    for joined in joined {
      let record = contents.records[joined.record]
      let synset = synsets[joined.place]
      var words = synset.words
      var known = Set(words)
      var senses: [Int32] = []
      append(&senses, of: record)
      for sense in senses {
        let word = contents.word(sense)
        if !known.insert(word).inserted { continue }
        words.append(word)
        added[joined.place, default: []].append(contents.senses[Int(sense)].rank)
      }
      synsets[joined.place] = Synset(
        id: synset.id, words: words,
        gloss: synset.gloss.isEmpty ? contents.string(record.gloss) : synset.gloss,
        partOfSpeech: synset.partOfSpeech, statedILI: nil, sourceID: synset.sourceID)
    }
    var rest = ranks[...]
    ranks = []
    for (place, synset) in synsets.enumerated() {
      let more = added[place] ?? []
      let own = synset.words.count - more.count
      ranks += rest.prefix(own)
      ranks += more
      rest = rest.dropFirst(own)
    }
  }

  /// Appends a synset's senses in the order of its members, which are identities of entries or of senses; then the others.
  private func append(_ senses: inout [Int32], of record: WNLMFContents.Record) {
    let start = senses.count
    senses.append(contentsOf: sensesOf[record.symbol])
    // Nothing real has more words: the bound keeps the search from growing with the square.
    let limit = min(senses.count, start + 256)
    var placed = start
    for member in record.members where placed < limit {
      var position = placed
      while position < senses.count, !isMember(contents.members[Int(member)], senses[position]) {
        position += 1
      }
      if position == senses.count { continue }
      // The others keep their order.
      let sense = senses[position]
      while position > placed {
        senses[position] = senses[position - 1]
        position -= 1
      }
      senses[placed] = sense
      placed += 1
    }
  }

  private func isMember(_ hash: UInt64, _ sense: Int32) -> Bool {
    let sense = contents.senses[Int(sense)]
    return contents.entries[Int(sense.entry)].id == hash || sense.id == hash
  }

  func hierarchy() -> Hierarchy {
    var edges: [AcyclicEdges.Edge] = []
    var rejected: [HypernymEdge] = []
    var meronyms: [MeronymEdge] = []
    edges.reserveCapacity(contents.fromBelow.count)
    func add(_ lower: Int32, _ upper: Int32, _ kind: Meronym.Kind?) {
      if let kind {
        meronyms.append(MeronymEdge(part: lower, whole: upper, kind: kind))
      } else {
        edges.append((lower, upper))
      }
    }
    for relation in contents.fromBelow {
      let upper = contents.symbols.find(hash: relation.upper)
      let (lowerPlace, upperPlace) = (places[Int(relation.lower)], upper.map { places[Int($0)] } ?? -1)
      if lowerPlace >= 0, upperPlace >= 0 {
        add(lowerPlace, upperPlace, relation.kind)
      } else if relation.kind == nil {
        rejected.append(
          HypernymEdge(
            child: id(of: relation.lower),
            parent: upperPlace >= 0 ? synsets[Int(upperPlace)].id : contents.upper(relation)))
      }
    }
    for relation in contents.onlyFromAbove {
      // One whose lower end is not there is passed over.
      guard let lower = contents.symbols.find(hash: relation.lower) else { continue }
      let (lowerPlace, upperPlace) = (places[Int(lower)], places[Int(relation.upper)])
      if lowerPlace >= 0, upperPlace >= 0 {
        add(lowerPlace, upperPlace, relation.kind)
      } else if relation.kind == nil {
        rejected.append(HypernymEdge(child: id(of: lower), parent: id(of: relation.upper)))
      }
    }
    return Hierarchy(
      distinct: synsets, indices: indices, edges: edges, rejected: rejected, order: .numbersOfWords(ranks),
      meronyms: meronyms, exceptions: contents.exceptions)
  }

  private func id(of symbol: Int32) -> SynsetID {
    let place = places[Int(symbol)]
    return place >= 0 ? synsets[Int(place)].id : SynsetID(contents.symbols.text(symbol))
  }
}
