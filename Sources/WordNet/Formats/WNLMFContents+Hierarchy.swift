import Foundation

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

/// Makes synsets of records: gives each its identity, and its words in their order.
private struct WNLMFAssembly {
  private let contents: WNLMFContents
  private let sensesOf: AdjacencyLists
  private(set) var synsets: [Synset] = []
  private var indices: [SynsetID: Int32] = [:]
  /// For every synset the sense number of each of its words.
  private var ranks: [[Int32]] = []
  /// Where a symbol's synset stands; -1 without one.
  private var places: [Int32]

  /// A record that becomes a synset of its own.
  private struct Named {
    let record: Int
    let id: SynsetID
    let isWNID: Bool
    let partOfSpeech: PartOfSpeech
  }

  init(_ contents: WNLMFContents) {
    self.contents = contents
    places = [Int32](repeating: -1, count: contents.symbols.count)
    sensesOf = AdjacencyLists(
      nodeCount: contents.symbols.count,
      pairs: contents.senses.indices.map { (from: contents.senses[$0].synset, to: Int32($0)) })
    let (named, joined) = name()
    // Texts are made on both processors: they are most of the work.
    for (synset, ranks) in Halves.map(named, synset) {
      synsets.append(synset)
      self.ranks.append(ranks)
    }
    for (record, place) in joined { join(contents.records[record], at: Int(place)) }
  }

  /// Every record's identity, and which records are of a concept that another lexicon has already.
  private mutating func name() -> (named: [Named], joined: [(record: Int, place: Int32)]) {
    var named: [Named] = []
    var joined: [(record: Int, place: Int32)] = []
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
      if let place = indices[id] {
        if isWNID, lexicons[Int(place)] != record.lexicon {
          places[Int(record.symbol)] = place
          lexicons[Int(place)] = record.lexicon
          joined.append((number, place))
          continue
        }
        id = SynsetID(contents.symbols.text(record.symbol))
        isWNID = false
        if indices[id] != nil { continue }
      }
      places[Int(record.symbol)] = Int32(named.count)
      indices[id] = Int32(named.count)
      named.append(Named(record: number, id: id, isWNID: isWNID, partOfSpeech: partOfSpeech))
      lexicons.append(record.lexicon)
    }
    return (named, joined)
  }

  private func partOfWords(_ record: WNLMFContents.Record) -> PartOfSpeech? {
    sensesOf[record.symbol].first.map { contents.entries[Int(contents.senses[Int($0)].entry)].partOfSpeech }
  }

  private func synset(_ named: Named) -> (Synset, ranks: [Int32]) {
    let record = contents.records[named.record]
    let senses = ordered(sensesOf[record.symbol], members: record.members)
    let own = contents.symbols.text(record.symbol)
    let synset = Synset(
      id: named.id, words: senses.map { contents.entries[Int(contents.senses[Int($0)].entry)].word },
      gloss: String(decoding: contents.bytes(record.gloss), as: UTF8.self), partOfSpeech: named.partOfSpeech,
      statedILI: named.isWNID ? nil : record.ili.map { InterlingualID(number: $0) },
      sourceID: named.id.text == own ? nil : own)
    return (synset, senses.map { contents.senses[Int($0)].rank })
  }

  /// The same concept in another lexicon: its words are added.
  private mutating func join(_ record: WNLMFContents.Record, at place: Int) {
    let synset = synsets[place]
    var words = synset.words
    var known = Set(words)
    for sense in ordered(sensesOf[record.symbol], members: record.members) {
      let word = contents.entries[Int(contents.senses[Int(sense)].entry)].word
      if !known.insert(word).inserted { continue }
      words.append(word)
      ranks[place].append(contents.senses[Int(sense)].rank)
    }
    let gloss =
      synset.gloss.isEmpty ? String(decoding: contents.bytes(record.gloss), as: UTF8.self) : synset.gloss
    synsets[place] = Synset(
      id: synset.id, words: words, gloss: gloss, partOfSpeech: synset.partOfSpeech, statedILI: nil,
      sourceID: synset.sourceID)
  }

  /// Senses in the order of the synset's members, which are identities of entries or of senses; then the others.
  private func ordered(_ senses: ArraySlice<Int32>, members: Range<Int32>) -> [Int32] {
    var ordered = Array(senses)
    guard ordered.count > 1, !members.isEmpty else { return ordered }
    contents.text.withUnsafeBytes { text in
      var placed = 0
      var start = Int(members.lowerBound)
      // Nothing real has more words: the bound keeps the search from growing with the square.
      while start < Int(members.upperBound), placed < min(ordered.count, 256) {
        var end = start
        while end < Int(members.upperBound), text[end] != 0x20 { end += 1 }
        let member = UnsafeRawBufferPointer(rebasing: text[start..<end])
        if let position = (placed..<ordered.count).first(where: { isMember(member, ordered[$0], text) }) {
          // The others keep their order.
          let sense = ordered.remove(at: position)
          ordered.insert(sense, at: placed)
          placed += 1
        }
        start = end + 1
      }
    }
    return ordered
  }

  private func isMember(_ member: UnsafeRawBufferPointer, _ sense: Int32, _ text: UnsafeRawBufferPointer)
    -> Bool
  {
    let sense = contents.senses[Int(sense)]
    return isEqual(member, contents.entries[Int(sense.entry)].id, text) || isEqual(member, sense.id, text)
  }

  private func isEqual(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int32>, _ text: UnsafeRawBufferPointer)
    -> Bool
  {
    guard bytes.count == range.count, let start = bytes.baseAddress, let other = text.baseAddress else {
      return false
    }
    return memcmp(start, other + Int(range.lowerBound), bytes.count) == 0
  }

  func hierarchy() -> Hierarchy {
    var edges: [AcyclicEdges.Edge] = []
    var rejected: [HypernymEdge] = []
    edges.reserveCapacity(contents.hypernyms.count)
    for (child, parent) in contents.hypernyms {
      let (childPlace, parentPlace) = (places[Int(child)], places[Int(parent)])
      if childPlace >= 0, parentPlace >= 0 {
        edges.append((childPlace, parentPlace))
      } else {
        rejected.append(HypernymEdge(child: id(of: child), parent: id(of: parent)))
      }
    }
    let meronyms = contents.meronyms.compactMap { meronym -> MeronymEdge? in
      let (part, whole) = (places[Int(meronym.part)], places[Int(meronym.whole)])
      return part >= 0 && whole >= 0 ? MeronymEdge(part: part, whole: whole, kind: meronym.kind) : nil
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
