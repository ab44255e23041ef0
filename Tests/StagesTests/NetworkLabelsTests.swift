import Corpus
import TestSupport
import Testing

@testable import Stages

@Suite struct `A file of labels` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let wnids = ["n02084071", "n02121808"]

  @Test(arguments: [
    "n02084071\nn02121808", "n02084071\r\nn02121808\r\n", "n02084071\rn02121808\r",
    "# dogs, then cats\n\n  n02084071\t\nn02121808\n", "\u{feff}n02084071\r\n\r\nn02121808 \r\n",
  ])
  func `has a wnid a line, however its lines end`(contents: String) throws {
    #expect(try NetworkLabels.load(folder.write("labels.txt", contents)) == Self.wnids)
  }

  @Test(arguments: [
    ("n02084071\r\ndog\r\n", 2, "dog"), ("n02084071\n\n# cats\nn02121808 cat\n", 4, "n02121808 cat"),
    ("n0208407\n", 1, "n0208407"), ("n02084071,n02121808", 1, "n02084071,n02121808"),
  ])
  func `with anything else is refused at its line`(contents: String, line: Int, text: String) throws {
    let path = try folder.write("labels.txt", contents)
    let error = #expect(throws: NetworkLabelsError.notALabel(path: path, line: line, text: text)) {
      try NetworkLabels.load(path)
    }
    #expect(error?.description.hasPrefix("\(path):\(line): \"\(text)\" is no wnid") == true)
  }

  @Test func `that can't be read says why`() throws {
    let missing = folder.path("missing.txt")
    let error = #expect(throws: NetworkLabelsError.unreadable(.missing(path: missing))) {
      try NetworkLabels.load(missing)
    }
    #expect(error?.description.contains("\(missing): there is no such file") == true)
    #expect(throws: NetworkLabelsError.unreadable(.notAFile(path: folder.url.path))) {
      try NetworkLabels.load(folder.url.path)
    }
    let latin = try folder.write("latin.txt", [0x6e, 0xe9, 0x0a])
    #expect(throws: NetworkLabelsError.notUTF8(path: latin)) { try NetworkLabels.load(latin) }
    let empty = try folder.write("empty.txt", "# nothing\n")
    #expect(throws: NetworkLabelsError.empty(path: empty)) { try NetworkLabels.load(empty) }
  }
}
