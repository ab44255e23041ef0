import Foundation
import TestSupport
import Testing

@Suite("synoptic synsets")
struct SynsetsTests {
  private static let structure = """
    <ImageNetStructure><releaseData>test</releaseData>
    <synset wnid="n00015388" words="animal, beast" gloss="a living thing">
    <synset wnid="n02083346" words="canine" gloss="x"><synset wnid="n02084071" words="dog, domestic dog" gloss="it barks"/>
    </synset>
    <synset wnid="n02120997" words="feline" gloss="y"><synset wnid="n02121620" words="cat" gloss="it purrs"/>
    </synset></synset></ImageNetStructure>

    """
  private static let openEnglish = """
    <LexicalResource><Lexicon id="oewn">
    <LexicalEntry id="d"><Lemma writtenForm="dog" partOfSpeech="n"/><Form writtenForm="dawgs"/>
    <Sense id="s" synset="oewn-02086723-n"/></LexicalEntry>
    <LexicalEntry id="p"><Lemma writtenForm="tail" partOfSpeech="n"/><Sense id="t" synset="oewn-1-n"/></LexicalEntry>
    <Synset id="oewn-02086723-n" ili="i46360" partOfSpeech="n"><Definition>it barks</Definition>
    <SynsetRelation relType="mero_part" target="oewn-1-n"/></Synset>
    <Synset id="oewn-1-n" ili="in" partOfSpeech="n"><Definition>it wags</Definition></Synset>
    </Lexicon></LexicalResource>

    """

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("structure.xml", Self.structure)
    try folder.write("oewn.xml", Self.openEnglish)
  }

  private func run(_ line: String) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }

  @Test("show says depth, other names and parts")
  func show() throws {
    let text = try run("synsets show dawgs --from oewn.xml")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("n02084071") && text.output.contains("oewn-02086723-n, i46360"))
    #expect(text.output.contains("parts     oewn-1-n  tail"))
    let json = try run("synsets show tail --from oewn.xml --json").json
    let synset = (json["synsets"] as? [[String: Any]])?.first
    #expect(synset?["wnid"] as? String == "oewn-1-n")
    #expect(((synset?["part_of"] as? [[String: Any]])?.first)?["kind"] as? String == "part")
  }

  @Test("paths are indented ways down, similarity and the lowest common hypernym are told")
  func hierarchy() throws {
    let paths = try run("synsets paths structure.xml cat")
    #expect(paths.output == "n00015388  animal, beast\n  n02120997  feline\n    n02121620  cat\n")
    let similarity = try run("synsets similarity dogs cat --from structure.xml --json").json
    let pair = (similarity["pairs"] as? [[String: Any]])?.first
    #expect(pair?["path_similarity"] as? Double == 0.2)
    #expect(pair?["wu_palmer_similarity"] as? Double == 2.0 / 6)
    #expect(pair?["distance"] as? Int == 4)
    let common = try run("synsets lowest-common dog cat --from structure.xml")
    #expect(common.output == "animal.n.01  n00015388  animal, beast: a living thing\n")
  }

  @Test("find lists the senses of a form")
  func find() throws {
    let outcome = try run("synsets find dogs --from structure.xml")
    #expect(outcome.output.contains("dog.n.01  n02084071  dog, domestic dog  it barks"))
    let unknown = try run("synsets find dgo --from structure.xml")
    #expect(unknown.status == 64 && unknown.errors.contains("\"dog\""))
  }

  @Test("map finds synsets by interlingual identifier, and counts what is not there with status 2")
  func map() throws {
    let found = try run("synsets map dog --from structure.xml --to oewn.xml --json")
    #expect(found.status == 0, "\(found.errors)")
    let pair = (found.json["pairs"] as? [[String: Any]])?.first
    #expect(pair?["to_source_ids"] as? [String] == ["oewn-02086723-n"])
    #expect(pair?["ili"] as? String == "i46360")
    let all = try run("synsets map --all --from structure.xml --to oewn.xml")
    #expect(all.status == 2)
    #expect(all.errors.contains("4 synsets could not be found"))
    #expect(try run("synsets map --to oewn.xml").status == 64)
  }

  @Test("check prints findings as compilers do, with status 2, or none with status 0")
  func check() throws {
    let clean = try run("synsets check structure.xml")
    #expect(clean.status == 0 && clean.output.isEmpty && clean.errors.contains("5 synsets, nothing odd"))
    try folder.write("odd.xml", Self.structure.replacingOccurrences(of: "it barks", with: ""))
    let odd = try run("synsets check odd.xml")
    #expect(odd.status == 2)
    #expect(odd.output == "odd.xml:3: empty-gloss: n02084071 has no gloss\n")
    let json = try run("synsets check odd.xml --json").json
    #expect((json["counts"] as? [String: Int]) == ["empty-gloss": 1])
    try folder.write("cut.xml", String(Self.structure.prefix(200)))
    #expect(try run("synsets check cut.xml").status == 1)
    #expect(try run("synsets check odd.xml --only oddness").status == 64)
    #expect(try run("synsets check odd.xml --only cycle").status == 0)
  }

  @Test("an Open English WordNet is searched by the wnids of images, in any form of a word")
  func search() throws {
    try folder.write("photos/n02084071/a.png", [0x89])
    try folder.write(
      "p.yaml",
      """
      store: s.sqlite
      stages:
        taxonomy: { uses: synsets, source: oewn.xml }
        photos: { uses: images, source: photos, synsets: taxonomy }

      """)
    let ran = try run("run p.yaml")
    #expect(ran.status == 0, "\(ran.errors)")
    let found = try run("search s.sqlite --class dawgs --json")
    #expect(
      ((found.json["results"] as? [[String: Any]])?.first)?["path"] as? String == "n02084071/a.png",
      "\(found.errors)")
    let shown = try run("synsets show dawgs --from s.sqlite --json")
    let synset = (shown.json["synsets"] as? [[String: Any]])?.first
    #expect(synset?["source_id"] as? String == "oewn-02086723-n")
    #expect((synset?["parts"] as? [Any])?.count == 1)
  }

  @Test(
    "nothing is read but the file, and nothing of the network, whatever the file asks for",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "needs strace"),
    arguments: [
      "<!DOCTYPE LexicalResource SYSTEM 'http://127.0.0.1:9/x.dtd'>",
      "<!DOCTYPE LexicalResource SYSTEM 'SECRET'>",
      "<!DOCTYPE LexicalResource [<!ENTITY e SYSTEM 'SECRET'>]>",
      "<!DOCTYPE LexicalResource [<!ENTITY % p SYSTEM 'SECRET'> %p;]>",
      "<!DOCTYPE LexicalResource PUBLIC '-//X' 'http://127.0.0.1:9/x.dtd' [<!ENTITY e SYSTEM 'http://127.0.0.1:9/'>]>",
    ])
  func isolation(declaration: String) throws {
    let secret = try folder.write("secret", "<!ENTITY e 'x'>")
    let path = try folder.write(
      "hostile.xml",
      declaration.replacingOccurrences(of: "SECRET", with: secret)
        + Self.openEnglish.replacingOccurrences(of: "it barks", with: "&e;"))
    let log = folder.path("strace.log")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
    process.arguments = [
      "-f", "-e", "trace=open,openat,socket,connect", "-o", log, try #require(Program.path), "synsets",
      "check", path,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let calls = try String(contentsOfFile: log, encoding: .utf8)
    #expect(calls.contains("hostile.xml"))
    #expect(
      !calls.contains("\"\(secret)\"") && !calls.contains("socket(") && !calls.contains("connect("),
      "\(calls)")
  }
}
