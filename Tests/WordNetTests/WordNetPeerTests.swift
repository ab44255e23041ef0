import Foundation
import TestSupport
import Testing

@testable import WordNet

/// NLTK, reading the same database: nobody here wrote what it answers.
@Suite(
  "WordNet 3.0 beside NLTK",
  .enabled(if: WordNetDatabase.folder != nil, WordNetDatabase.reason),
  .enabled(if: NLTK.isPresent, "needs NLTK, which Scripts/test installs"))
struct WordNetPeerTests {
  private static let wordNet = Result { try WNDBReader.read(WordNetDatabase.folder ?? "") }

  @Test("paths, depths, lowest common hypernyms and similarities of 3,000 pairs of nouns are NLTK's")
  func similarities() throws {
    let hierarchy = try Self.wordNet.get()
    let rows = try NLTK.run(
      """
      import random
      nouns = sorted(wn.all_synsets("n"), key=lambda s: s.offset())
      pick = random.Random(20)
      print(len(nouns), sep="\\t")
      for number in range(3000):
          a = pick.choice(nouns)
          # Half of the pairs are near each other, as those people ask for are.
          near = [n for h in a.hypernyms() for n in h.hyponyms()] or nouns
          b = pick.choice(near if number % 2 else nouns)
          common = a.lowest_common_hypernyms(b)
          print("n%08d" % a.offset(), "n%08d" % b.offset(), a.name(), a.min_depth(), a.max_depth(),
                len(a.hypernym_paths()), repr(a.path_similarity(b)), repr(a.wup_similarity(b)),
                " ".join("n%08d" % s.offset() for s in common), sep="\\t")
      """)
    #expect(rows.first == ["\(hierarchy.synsets.filter { $0.partOfSpeech == .noun }.count)"])
    #expect(rows.count == 3_001)
    for row in rows.dropFirst() {
      let (left, right) = (SynsetID(row[0]), SynsetID(row[1]))
      #expect(hierarchy.name(of: left) == row[2])
      let minimum = try #require(Int(row[3]))
      let maximum = try #require(Int(row[4]))
      #expect(hierarchy.depth(of: left) == minimum...maximum, "\(row)")
      #expect(hierarchy.hypernymPaths(of: left).count == Int(row[5]), "\(row)")
      #expect(hierarchy.pathSimilarity(of: left, and: right) == Double(row[6]), "\(row)")
      #expect(hierarchy.wuPalmerSimilarity(of: left, and: right) == Double(row[7]), "\(row)")
      #expect(
        hierarchy.lowestCommonHypernyms(of: left, and: right).texts
          == row[8].split(separator: " ").map(String.init),
        "\(row)")
    }
  }

  @Test(
    "forms lead to the lemmas that NLTK's morphy finds: every irregular one, and regular ones of 4,000 lemmas"
  )
  func forms() throws {
    let hierarchy = try Self.wordNet.get()
    let rows = try NLTK.run(
      """
      import collections, random
      pick = random.Random(21)
      # A form on two lines has lemmas of both here, and those of the last with NLTK.
      lines = [line.split()[0] for file in ("noun.exc", "verb.exc") for line in open(sys.argv[1] + "/" + file)]
      repeated = {form for form, count in collections.Counter(lines).items() if count > 1}
      for pos in "nv":
          forms = sorted(wn._exception_map[pos])
          for lemma in pick.sample(sorted(set(wn.all_lemma_names(pos))), 2000):
              forms += [lemma, lemma + "s", lemma + "es", lemma + "ing", lemma + "ed", lemma[:-1] + "ies", lemma[:-1]]
          for form in forms:
              if form in repeated:
                  continue
              print(pos, form, " ".join(wn._morphy(form, pos)), sep="\\t")
      """)
    #expect(rows.count > 30_000)
    for row in rows {
      let partOfSpeech = row[0] == "n" ? PartOfSpeech.noun : .verb
      let expected = row[2].split(separator: " ").map { String($0).replacing("_", with: " ") }
      let found = hierarchy.baseForms(of: row[1], partOfSpeech)
      // Where NLTK finds nothing, the last of several words is tried here.
      if expected.isEmpty, row[1].contains(where: { $0 == "_" || $0 == "-" }) { continue }
      #expect(found == expected, "\(row)")
    }
  }

  @Test("parts are NLTK's")
  func parts() throws {
    let hierarchy = try Self.wordNet.get()
    let rows = try NLTK.run(
      """
      for s in wn.all_synsets("n"):
          found = [("part", p) for p in s.part_meronyms()] + [("member", p) for p in s.member_meronyms()]
          found += [("substance", p) for p in s.substance_meronyms()]
          for kind, p in found:
              print("n%08d" % s.offset(), "n%08d" % p.offset(), kind, sep="\\t")
      """)
    let expected = Set(
      rows.compactMap { row in
        Meronym.Kind(rawValue: row[2]).map {
          Meronym(part: SynsetID(row[1]), whole: SynsetID(row[0]), kind: $0)
        }
      })
    #expect(expected.count > 20_000)
    #expect(Set(hierarchy.meronyms) == expected)
  }

  @Test(
    "the same database written as WN-LMF is the same hierarchy, as OEWN and as OMW name synsets",
    arguments: ["", "--omw"])
  func writtenAsLMF(form: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("wordnet.xml")
    let script = PackageRoot.url.appendingPathComponent("Scripts/lib/wordnet-lmf").path
    try PythonPeer.run(
      "import runpy, sys; sys.argv = [sys.argv[1]] + sys.argv[2:]; runpy.run_path(sys.argv[0], run_name='__main__')",
      [script, WordNetDatabase.folder ?? "", path] + (form.isEmpty ? [] : [form]))
    let database = try Self.wordNet.get()
    let read = try HierarchyReader.read(path)
    #expect(read.synsets.count == database.synsets.count)
    let odd = read.synsets.filter { synset in
      guard let other = database.synset(synset.id) else { return true }
      return synset.words != other.words || synset.ili != other.ili
        || synset.partOfSpeech != other.partOfSpeech
    }
    #expect(odd.isEmpty, "\(odd.count), such as \(odd.prefix(3))")
    #expect(
      Set(read.edges.map { HypernymEdge(child: $0.child, parent: $0.parent) }).symmetricDifference(
        database.edges.map { HypernymEdge(child: $0.child, parent: $0.parent) }
      ).count <= read.rejectedEdges.count * 2)
    #expect(Set(read.meronyms) == Set(database.meronyms))
    let differing = database.lemmaList.filter { database.senses(of: $0) != read.senses(of: $0) }
    #expect(differing.isEmpty, "\(differing.count), such as \(differing.prefix(5))")
    #expect(try HierarchyCheck(path).findings.filter { $0.kind == .danglingReference }.isEmpty)
  }
}

/// A script run with `wn`, NLTK's reader over the database. The package has no `lexnames`, which NLTK wants.
enum NLTK {
  static let isPresent: Bool =
    PythonPeer.isPresent && (try? PythonPeer.run("import nltk.corpus.reader.wordnet")) != nil

  /// What the script prints, as fields of lines.
  static func run(_ script: String) throws -> [[String]] {
    let folder = try TemporaryFolder()
    let names = [
      "adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal", "noun.artifact",
      "noun.attribute",
      "noun.body", "noun.cognition", "noun.communication", "noun.event", "noun.feeling", "noun.food",
      "noun.group",
      "noun.location", "noun.motive", "noun.object", "noun.person", "noun.phenomenon", "noun.plant",
      "noun.possession", "noun.process", "noun.quantity", "noun.relation", "noun.shape", "noun.state",
      "noun.substance", "noun.time", "verb.body", "verb.change", "verb.cognition", "verb.communication",
      "verb.competition", "verb.consumption", "verb.contact", "verb.creation", "verb.emotion", "verb.motion",
      "verb.perception", "verb.possession", "verb.social", "verb.stative", "verb.weather", "adj.ppl",
    ]
    try folder.write(
      "lexnames", names.enumerated().map { ($0 < 10 ? "0\($0)" : "\($0)") + "\t\($1)\t1\n" }.joined())
    for file in try FileManager.default.contentsOfDirectory(atPath: WordNetDatabase.folder ?? "") {
      try FileManager.default.copyItem(
        atPath: (WordNetDatabase.folder ?? "") + "/" + file, toPath: folder.path(file))
    }
    let head = """
      import sys, warnings
      warnings.filterwarnings("ignore")
      import nltk.data
      nltk.data.path.append(sys.argv[1])
      from nltk.corpus.reader.wordnet import WordNetCorpusReader
      # Between releases, for other languages: it would look for data that is not needed here.
      WordNetCorpusReader.map_wn = lambda self, version="wordnet": None
      wn = WordNetCorpusReader(sys.argv[1], None)

      """
    let printed = try PythonPeer.run(head + script, [folder.url.path])
    return printed.split(separator: "\n").map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
