import Foundation
import TestSupport
import Testing

@testable import WordNet

@Suite("WN-LMF")
struct WNLMFReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let head = """
    <?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE LexicalResource SYSTEM "http://127.0.0.1:9/WN-LMF-1.3.dtd">
    <LexicalResource xmlns:dc="https://globalwordnet.github.io/schemas/dc/">

    """

  static func lexicon(_ body: String, id: String = "oewn") -> String {
    """
    <Lexicon id="\(id)" label="x" language="en" email="x" license="x" version="1">
    \(body)
    </Lexicon>

    """
  }

  /// Dogs of Open English WordNet, as a release writes them.
  static let dogs = lexicon(
    """
      <LexicalEntry id="oewn-canine-n"><Lemma writtenForm="canine" partOfSpeech="n"/>
        <Sense id="oewn-canine__1.05.00.." synset="oewn-02085998-n"/></LexicalEntry>
      <LexicalEntry id="oewn-Canis_familiaris-n"><Lemma writtenForm="Canis familiaris" partOfSpeech="n"/>
        <Sense id="oewn-Canis_familiaris__1.05.00.." synset="oewn-02086723-n"/></LexicalEntry>
      <LexicalEntry id="oewn-dog-n"><Lemma writtenForm="dog" partOfSpeech="n">
          <Pronunciation variety="GB">dɒɡ</Pronunciation></Lemma>
        <Form writtenForm="dawgs"/>
        <Sense id="oewn-dog__1.05.00.." synset="oewn-02086723-n" dc:identifier="dog%1:05:00::">
          <SenseRelation relType="derivation" target="oewn-doggy__3.01.00.."/>
          <Example>an example of the sense, not of the synset</Example></Sense>
        <Sense id="oewn-dog__1.18.01.." synset="oewn-10133978-n"/></LexicalEntry>
      <LexicalEntry id="oewn-dog-v"><Lemma writtenForm="dog" partOfSpeech="v"/>
        <Sense id="oewn-dog__2.38.00.." synset="oewn-02005890-v"/></LexicalEntry>
      <LexicalEntry id="oewn-doggy-a"><Lemma writtenForm="doggy" partOfSpeech="a"/>
        <Sense id="oewn-doggy__3.01.00.." synset="oewn-02653430-a"/></LexicalEntry>
      <LexicalEntry id="oewn-doggo-n"><Lemma writtenForm="R&amp;D dog" partOfSpeech="n"/>
        <Sense id="oewn-doggo__1.05.01.." synset="oewn-90000001-n"/></LexicalEntry>
      <Synset id="oewn-02085998-n" ili="i46356" members="oewn-canine-n" partOfSpeech="n" dc:source="x">
        <Definition>any of various
          fissiped   mammals</Definition>
        <SynsetRelation relType="hyponym" target="oewn-02086723-n"/></Synset>
      <Synset id="oewn-02086723-n" ili="i46360" members="oewn-dog-n oewn-Canis_familiaris-n" partOfSpeech="n">
        <Definition>a member of the genus Canis &lt;&#233;&gt; &amp; more</Definition>
        <SynsetRelation relType="hypernym" target="oewn-02085998-n"/>
        <SynsetRelation relType="holo_member" target="oewn-90000001-n"/>
        <Example>the dog barked</Example><Example>"quoted already"</Example></Synset>
      <Synset id="oewn-10133978-n" ili="" partOfSpeech="n"><Definition><![CDATA[a <dull> girl]]></Definition></Synset>
      <Synset id="oewn-02005890-v" ili="i31747" partOfSpeech="v"><Definition>go after</Definition></Synset>
      <Synset id="oewn-02653430-a" ili="i10000" partOfSpeech="a"><Definition>like a dog</Definition></Synset>
      <Synset id="oewn-90000001-n" ili="in" partOfSpeech="n"><ILIDefinition>new</ILIDefinition>
        <SynsetRelation relType="instance_hypernym" target="oewn-02086723-n"/></Synset>
    """)

  private func read(_ lexicons: String...) throws -> Hierarchy {
    let path = try folder.write("wn.xml", Self.head + lexicons.joined() + "</LexicalResource>\n")
    return try HierarchyReader.read(path)
  }

  private func error(_ body: String) throws -> String {
    let path = try folder.write("wn.xml", Self.head + body + "</LexicalResource>\n")
    let error = #expect(throws: WordNetReadError.self) { try HierarchyReader.read(path) }
    return (error?.description ?? "").replacingOccurrences(of: path, with: "FILE")
  }

  @Test(
    "a synset of Open English WordNet has WordNet 3.0's wnid by its interlingual identifier, or its own identity"
  )
  func identities() throws {
    let read = try read(Self.dogs)
    #expect(
      read.synsets.map(\.id.text) == [
        "n02083346", "n02084071", "oewn-10133978-n", "v02001876", "oewn-90000001-n",
      ])
    #expect(
      read.synsets.map(\.sourceID) == ["oewn-02085998-n", "oewn-02086723-n", nil, "oewn-02005890-v", nil])
    #expect(read.synsets.map(\.ili?.description) == ["i46356", "i46360", nil, "i31747", nil])
    for name in ["oewn-02086723-n", "i46360", "n02084071", "dog.n.01", "Canis_familiaris"] {
      #expect(try read.resolve(name).id.text == "n02084071", "\(name)")
    }
    #expect(read.find("dawgs").map(\.id.text) == ["n02084071", "oewn-10133978-n"])
  }

  @Test("words are in the order of members, a gloss is the definition and the examples")
  func contents() throws {
    let read = try read(Self.dogs)
    let dog = try #require(read.synset(SynsetID("n02084071")))
    #expect(dog.words == ["dog", "Canis familiaris"])
    #expect(dog.gloss == "a member of the genus Canis <é> & more; \"the dog barked\"; \"quoted already\"")
    #expect(read.synset(SynsetID("n02083346"))?.gloss == "any of various fissiped mammals")
    #expect(read.synset(SynsetID("oewn-10133978-n"))?.gloss == "a <dull> girl")
    #expect(read.synset(SynsetID("oewn-90000001-n"))?.words == ["R&D dog"])
    #expect(read.choices(of: "dog").map(\.name) == ["dog.n.01", "dog.n.02", "dog.v.01"])
  }

  @Test("kinds and instances are hyponyms; parts are read; other parts of speech are not")
  func relations() throws {
    let read = try read(Self.dogs)
    #expect(
      read.edges.map { "\($0.child) \($0.parent)" } == ["n02084071 n02083346", "oewn-90000001-n n02084071"])
    #expect(
      read.meronyms
        == [Meronym(part: SynsetID("n02084071"), whole: SynsetID("oewn-90000001-n"), kind: .member)])
    #expect(read.senses(of: "doggy").isEmpty)
    #expect(read.rejectedEdges.isEmpty)
  }

  @Test(
    "relations that stand only at the upper end are read too", arguments: ["hyponym", "instance_hyponym"])
  func hyponymsOnly(relation: String) throws {
    let read = try read(
      Self.lexicon(
        """
        <Synset id="a" partOfSpeech="n"><SynsetRelation relType="\(relation)" target="b"/>
          <SynsetRelation relType="mero_part" target="b"/><SynsetRelation relType="hyponym" target="nowhere"/></Synset>
        <Synset id="b" partOfSpeech="n"/>
        """))
    #expect(read.edges.map { "\($0.child) \($0.parent)" } == ["b a"])
    #expect(read.parts(of: SynsetID("a")).map(\.part.text) == ["b"])
  }

  @Test(
    "identities of the Open Multilingual Wordnet that have WordNet 3.0's offset are wnids, and no others",
    arguments: [
      ("omw-en-02084071-n", "n02084071"), ("omw-fr-02084071-n", "n02084071"),
      ("omw-en-02001876-v", "v02001876"),
      ("omw-en31-02086723-n", nil), ("omw-en-02084071-a", nil), ("omw-en-2084071-n", nil),
      ("omw-en-0208407x-n", nil), ("oewn-02084071-n", nil), ("ewn-02084071-n", nil), ("omw--02084071-n", nil),
      ("omw-", nil), ("", nil),
    ])
  func wnids(id: String, wnid: String?) { #expect(WNLMFIdentity.wnid(Array(id.utf8)[...])?.text == wnid) }

  @Test("the lexicons of one file share a concept's synset, with the words of both")
  func lexicons() throws {
    let english = Self.lexicon(
      """
      <LexicalEntry id="a"><Lemma writtenForm="dog" partOfSpeech="n"/><Sense id="s" synset="omw-en-02084071-n"/></LexicalEntry>
      <Synset id="omw-en-02084071-n" ili="i46360" partOfSpeech="n"><Definition>a dog</Definition></Synset>
      """, id: "omw-en")
    let french = Self.lexicon(
      """
      <LexicalEntry id="b"><Lemma writtenForm="chien" partOfSpeech="n"/><Sense id="t" synset="omw-fr-02084071-n"/></LexicalEntry>
      <Synset id="omw-fr-02084071-n" ili="i46360" partOfSpeech="n"/>
      <Synset id="omw-fr-00000001-n" ili="i46360" partOfSpeech="n"/>
      """, id: "omw-fr")
    let read = try read(english, french)
    #expect(read.synsets.map(\.id.text) == ["n02084071", "n00000001"])
    #expect(read.synsets[0].words == ["dog", "chien"])
    #expect(read.synsets[0].gloss == "a dog")
    #expect(try read.resolve("chien").id.text == "n02084071")
  }

  @Test("of two synsets in one lexicon with the same interlingual identifier the first has the wnid")
  func sameConcept() throws {
    let read = try read(
      Self.lexicon(
        "<Synset id='oewn-1-n' ili='i46360' partOfSpeech='n'/><Synset id='oewn-2-n' ili='i46360' partOfSpeech='n'/>"
      ))
    #expect(read.synsets.map(\.id.text) == ["n02084071", "oewn-2-n"])
  }

  @Test("a part of speech that is not stated is that of the identity, or of the words")
  func unstatedPartOfSpeech() throws {
    let read = try read(
      Self.lexicon(
        """
        <LexicalEntry id="e"><Lemma writtenForm="run" partOfSpeech="v"/><Sense id="s" synset="x1"/></LexicalEntry>
        <Synset id="x1" ili=""/><Synset id="x-2-v" ili=""/><Synset id="x-3-a" ili=""/><Synset id="x4" ili=""/>
        """))
    #expect(read.synsets.map(\.id.text) == ["x1", "x-2-v"])
    #expect(read.synsets.allSatisfy { $0.partOfSpeech == .verb })
  }

  @Test("sense numbers of version 1.4 decide the order of senses")
  func senseNumbers() throws {
    let read = try read(
      Self.lexicon(
        """
        <LexicalEntry id="a"><Lemma writtenForm="Foo Bar" partOfSpeech="n"/><Sense id="1" synset="x" n="3"/></LexicalEntry>
        <LexicalEntry id="b"><Lemma writtenForm="foo bar" partOfSpeech="n"/>
          <Sense id="2" synset="y" n="2"/><Sense id="3" synset="z" n="1"/></LexicalEntry>
        <Synset id="x" partOfSpeech="n"/><Synset id="y" partOfSpeech="n"/><Synset id="z" partOfSpeech="n"/>
        """))
    #expect(read.senses(of: "foo bar").texts == ["z", "y", "x"])
  }

  @Test("a cycle and a relation to nowhere are set aside")
  func rejected() throws {
    let read = try read(
      Self.lexicon(
        """
        <Synset id="a" partOfSpeech="n"><SynsetRelation relType="hypernym" target="b"/>
          <SynsetRelation relType="hypernym" target="gone"/></Synset>
        <Synset id="b" partOfSpeech="n"><SynsetRelation relType="hypernym" target="a"/></Synset>
        """))
    #expect(read.edges.count == 1)
    #expect(read.rejectedEdges.count == 2)
  }

  @Test(
    "what is missing has a line",
    arguments: [
      ("<Synset ili=''/>", "FILE:5: a <Synset> has no id; give it one"),
      (
        "<LexicalEntry id='e'><Lemma partOfSpeech='n'/></LexicalEntry>",
        "FILE:5: a <Lemma> has no writtenForm; give it one"
      ),
      (
        "<LexicalEntry id='e'><Lemma writtenForm='x'/></LexicalEntry>",
        "FILE:5: a <Lemma> has no partOfSpeech; give it one"
      ),
      (
        "<LexicalEntry id='e'><Lemma writtenForm='x' partOfSpeech='n'/>\n<Sense id='s'/></LexicalEntry>",
        "FILE:6: a <Sense> has no synset; give it one"
      ),
      ("<Sense id='s' synset='x'/>", "FILE:5: a <Sense> stands outside a <LexicalEntry>"),
      (
        "<LexicalEntry id='e'><Sense synset='x'/></LexicalEntry>",
        "FILE:5: a <Sense> stands before its entry's <Lemma>"
      ),
      (
        "<Synset id='x' partOfSpeech='n'><SynsetRelation target='y'/></Synset>",
        "FILE:5: a <SynsetRelation> has no relType; give it one"
      ),
      (
        "<Synset id='x' partOfSpeech='a'/>",
        "FILE: expected <Synset> elements that are nouns or verbs, found none"
      ),
    ])
  func missing(body: String, expected: String) throws { #expect(try error(Self.lexicon(body)) == expected) }

  @Test(
    "blanks of a text are single spaces, and none at its ends",
    arguments: [
      ("a kind", "a kind"), (" a kind", "a kind"), ("a kind ", "a kind"), ("a  kind", "a kind"),
      ("a\tkind", "a kind"), ("a\n  kind", "a kind"), ("\na kind", "a kind"), ("a", "a"), (" ", ""), ("", ""),
      ("a\u{A0} kind,  é", "a\u{A0} kind, é"), (String(repeating: "long ", count: 50) + "\n", nil),
    ])
  func blanks(text: String, expected: String?) throws {
    let body =
      "<Synset id='x-1-n' partOfSpeech='n'><Definition>\(text)</Definition><Example>e</Example></Synset>"
    let expected = expected ?? String(repeating: "long ", count: 50).trimmingCharacters(in: .whitespaces)
    #expect(
      try read(Self.lexicon(body)).synsets.first?.gloss == (expected.isEmpty ? "\"e\"" : expected + "; \"e\"")
    )
  }

  @Test("references to what is nowhere: a sense's is passed over, a hypernym is told by its name")
  func dangling() throws {
    let read = try read(
      Self.lexicon(
        """
        <LexicalEntry id="e"><Lemma writtenForm="one" partOfSpeech="n"/>
          <Sense id="s1" synset="x-9-n"/><Sense id="s2" synset="x-1-n"/></LexicalEntry>
        <Synset id="x-1-n" partOfSpeech="n"><Definition>first</Definition>
          <SynsetRelation relType="hypernym" target="x-8-n"/>
          <SynsetRelation relType="hypernym" target="x-2-n"/>
          <SynsetRelation relType="holo_part" target="x-8-n"/>
          <SynsetRelation relType="hyponym" target="x-7-n"/><Example>second</Example></Synset>
        <Synset id="x-2-n" partOfSpeech="n"/>
        """))
    #expect(read.synsets.map(\.words) == [["one"], []])
    #expect(read.synsets[0].gloss == "first; \"second\"")
    #expect(read.edges.map { "\($0.child) \($0.parent)" } == ["x-1-n x-2-n"])
    #expect(read.rejectedEdges.map { "\($0.child) \($0.parent)" } == ["x-1-n x-8-n"])
    #expect(read.meronyms.isEmpty)
  }

  @Test("members order a synset's words by entries or by senses; the others follow as they came")
  func members() throws {
    let entries = ["a", "b", "c", "d"].map {
      "<LexicalEntry id='e\($0)'><Lemma writtenForm='\($0)' partOfSpeech='n'/><Sense id='s\($0)' synset='x-1-n'/></LexicalEntry>"
    }
    for (list, expected) in [("ec eb", "cbad"), ("sd  ea nobody", "dabc"), ("ed", "abcd"), ("", "abcd")] {
      let read = try read(
        Self.lexicon(entries.joined() + "<Synset id='x-1-n' partOfSpeech='n' members='\(list)'/>"))
      #expect(read.synsets.first?.words.joined() == expected, "\(list)")
    }
  }

  @Test("a gzip file is read as what is in it, of one member or several, and a cut one is an error")
  func packed() throws {
    let text = Array((Self.head + Self.dogs + "</LexicalResource>\n").utf8)
    let plain = try HierarchyReader.read(folder.write("wn.xml", text))
    let middle = text.count / 2
    for parts in [[text], [Array(text[..<middle]), Array(text[middle...])]] {
      var packed: [UInt8] = []
      for (number, part) in parts.enumerated() {
        packed += try Gzip.pack(part, in: folder, name: "part\(number)")
      }
      #expect(try HierarchyReader.read(folder.write("anything", packed)) == plain)
      for length in [10, packed.count / 2, packed.count - 1] {
        let path = try folder.write("cut", Array(packed[..<length]))
        let error = #expect(throws: WordNetReadError.self) { try HierarchyReader.read(path) }
        #expect(error?.description.contains("cut off") == true)
      }
    }
  }
}

/// The system's gzip.
enum Gzip {
  static func pack(_ bytes: [UInt8], in folder: TemporaryFolder, name: String) throws -> [UInt8] {
    let path = try folder.write(name, bytes)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-f", path]
    try process.run()
    process.waitUntilExit()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
  }
}
