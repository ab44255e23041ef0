extension WNLMFCheck {
  /// References to what is nowhere, unless it belongs to a lexicon that the file says it needs.
  func addDanglingReferences() {
    for (what, identities) in [("synset", synsets), ("sense", senses)] {
      for (number, line) in identities.dangling {
        let id = identities.names.text(number)
        if otherLexicons.contains(where: id.hasPrefix) { continue }
        add(.danglingReference, line, id, "the \(what) \(id) is nowhere in the file")
      }
    }
  }

  /// Synsets without words, and those whose list of members is not the list of their senses.
  func addDifferingWords() {
    let known = places.indices.filter { places[$0].synset >= 0 }
    let sensesOf = AdjacencyLists(
      nodeCount: synsets.count, pairs: known.map { (from: places[$0].synset, to: Int32($0)) })
    for synset in 0..<Int32(synsets.count)
    where synsets.isDefined(synset) && sensesOf.count(of: synset) == 0 && !withoutWords.contains(synset) {
      let id = synsets.names.text(synset)
      add(.noWords, synsets.line(of: synset), id, "\(id) has no words: no <Sense> names it")
    }
    for (synset, line, list) in members { compare(list, sensesOf[synset], of: synset, line) }
  }

  private func compare(_ list: String, _ numbers: ArraySlice<Int32>, of synset: Int32, _ line: Int) {
    let id = synsets.names.text(synset)
    var rest = Set(numbers)
    let byEntry = Dictionary(
      numbers.map { (places[Int($0)].entry, $0) }, uniquingKeysWith: { first, _ in first })
    for member in list.split(separator: " ") {
      var text = String(member)
      let entry = text.withUTF8 { entries.names.find($0) }
      let sense = text.withUTF8 { senses.names.find($0) }
      let found = [sense, entry.flatMap { byEntry[$0] }].compactMap(\.self).first(where: rest.contains)
      if let found {
        rest.remove(found)
      } else if entry == nil, sense == nil {
        if otherLexicons.contains(where: text.hasPrefix) { continue }
        add(.danglingReference, line, id, "\(id) has the member \(member), which is nowhere in the file")
      } else {
        add(.differingWords, line, id, "\(id) has the member \(member), which has no sense of it")
      }
    }
    for sense in rest.sorted() {
      add(
        .differingWords, line, id,
        "\(id) has not the member \(senses.names.text(sense)), which is a sense of it")
    }
  }
}
