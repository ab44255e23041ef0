import TestSupport
import Testing

@testable import Corpus

@Suite("Manifests")
struct ManifestSourceTests {
  private func entries(_ text: String, as name: String, in folder: TemporaryFolder) throws -> [CorpusEntry] {
    var entries: [CorpusEntry] = []
    try ManifestSource(try folder.write(name, text)).scan { entries.append($0) }
    return entries
  }

  private func folderWithImages() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["a.jpg", "b.jpg", "with, comma.jpg"] { try folder.write("images/\(name)", name) }
    return folder
  }

  @Test(arguments: [
    ("m.tsv", "images/a.jpg\tn02084071\n./images//b.jpg\tdog\n"),
    ("m.TSV", "\u{feff}class\tsize\tPath\r\nn02084071\t1\timages/a.jpg\r\n\r\ndog\t2\timages/b.jpg"),
    ("m.csv", "filename,label\nimages/a.jpg,n02084071\n\"images/b.jpg\",\"dog\"\n"),
    ("m.csv", "\"images/a.jpg\",\"n02084071\"\nimages/b.jpg,dog"),
    (
      "m.jsonl",
      "{\"path\": \"images/a.jpg\", \"class\": \"n02084071\"}\n\n{\"wnid\":\"dog\",\"file\":\"images\\/b.jpg\",\"x\":[1]}\n"
    ),
  ])
  func `the same list in every notation`(_ name: String, _ text: String) throws {
    let folder = try folderWithImages()
    let found = try entries(text, as: name, in: folder)
    #expect(found.map(\.path) == ["images/a.jpg", "images/b.jpg"])
    #expect(found.map(\.label) == ["n02084071", "dog"])
    #expect(found.map(\.size) == [5, 5])
    #expect(found.allSatisfy { $0.problem == nil })
    #expect(try ImageReader().bytes(of: found[1].location) == Array("b.jpg".utf8))
  }

  @Test func `quotes, missing classes, absolute paths and files that are not there`() throws {
    let folder = try folderWithImages()
    let csv =
      "\"images/with, comma.jpg\",\"a \"\"quoted\"\" class\"\n\(folder.path("images/a.jpg")),\nimages/no.jpg,x\nimages,x\n"
    let found = try entries(csv, as: "m.csv", in: folder)
    #expect(
      found.map(\.path) == [
        "images/with, comma.jpg", folder.path("images/a.jpg"), "images/no.jpg", "images",
      ])
    #expect(found.map(\.label) == ["a \"quoted\" class", nil, "x", "x"])
    #expect(found.map { $0.problem?.errorClass } == [nil, nil, "missing", "not-a-file"])
    #expect(found.map { $0.size >= 0 } == [true, true, false, false])
  }

  @Test func `paths relative to a root of their own`() throws {
    let (folder, lists) = (try folderWithImages(), try TemporaryFolder())
    let manifest = try lists.write("m.tsv", "a.jpg\t7\n../images/b.jpg\t8\n")
    var found: [CorpusEntry] = []
    try ImageSources.open(manifest, SourceOptions(root: folder.path("images"))).scan { found.append($0) }
    #expect(found.map(\.problem) == [nil, nil])
    #expect(found.map(\.label) == ["7", "8"])
  }

  @Test(arguments: [
    ("m.tsv", "a.jpg\tx\nb.jpg\ty\n./a.jpg\tz\n", 3, "a.jpg is on line 1 already"),
    (
      "m.tsv", "a.jpg\tx\ty\n", 1,
      "3 columns without a header; a first line such as \"path\" and \"class\" names them"
    ),
    ("m.tsv", "class\tpath\nx\n", 2, "1 columns where the header has at least 2"),
    ("m.tsv", "a.jpg\n\tx\n", 2, "the path is empty"),
    ("m.csv", "path,class\na.jpg,\"x\n", 2, "a quote that is not closed"),
    ("m.csv", "\"a\"b,x\n", 1, "text after a closing quote"),
    ("m.jsonl", "{\"path\":\"a\"}\n[1]\n", 2, "not a JSON object"),
    ("m.jsonl", "{\"class\":\"a\"}\n", 1, "no string under \"path\", \"file\", \"filename\" or \"image\""),
    ("m.jsonl", "{\"path\":\"a\",\"class\":1.5}\n", 1, "a class that is neither a string nor a whole number"),
    (
      "m.jsonl", "{\"path\":\"a\",\"class\":true}\n", 1, "a class that is neither a string nor a whole number"
    ),
    ("m.jsonl", "{\"path\":\"a\\u0000\"}\n", 1, "the path holds a NUL"),
  ])
  func `what is wrong is told with its line`(_ name: String, _ text: String, _ line: Int, _ reason: String)
    throws
  {
    let folder = try TemporaryFolder()
    let error = #expect(throws: CorpusError.self) { try entries(text, as: name, in: folder) }
    #expect(error == .manifest(file: folder.path(name), line: line, reason: reason))
    #expect(error?.description == "\(folder.path(name)):\(line): \(reason)")
  }

  @Test func `bytes that are not UTF-8, and a line without end`() throws {
    let folder = try TemporaryFolder()
    let latin = try folder.write("latin.tsv", [0x61, 0xe9, 0x0a])
    #expect(throws: CorpusError.manifest(file: latin, line: 1, reason: "not UTF-8")) {
      try ManifestSource(latin).scan { _ in }
    }
    let endless = try folder.write("endless.tsv", [UInt8](repeating: 0x61, count: 3 << 20))
    let error = #expect(throws: CorpusError.self) { try ManifestSource(endless).scan { _ in } }
    #expect(error?.errorClass == "manifest")
  }

  @Test(arguments: ["", "\n\n", "path\tclass\n"])
  func `an empty manifest lists nothing`(_ text: String) throws {
    #expect(try entries(text, as: "m.tsv", in: TemporaryFolder()).isEmpty)
  }
}
