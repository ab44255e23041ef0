import TestSupport
import Testing

@testable import Corpus

/// Whose annotation is whose, in a folder and in an archive of it.
@Suite struct `Box annotations` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ object: String) throws {
    let box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>"
    try folder.write(
      "xml/\(name).xml", "<annotation><object><name>\(object)</name>\(box)</object></annotation>")
  }

  private func label(_ image: String, _ annotations: String) throws -> String? {
    try AnnotationFiles(folder.path(annotations)).label(of: image)
  }

  @Test(arguments: ["xml", "xml.tar"])
  func `go by the image's folder where names repeat`(_ annotations: String) throws {
    try write("x/001", "cat")
    try write("y/001", "dog")
    try TarPeers.shell("tar -cf xml.tar -C xml .", in: folder)
    #expect(try label("x/001.jpg", annotations) == "cat")
    #expect(try label("y/001.jpg", annotations) == "dog")
    #expect(try label("x.tar/001.jpg", annotations) == "cat")
    #expect(try label("z/002.jpg", annotations) == nil)
    try write("more/x/001", "cow")
    try TarPeers.shell("tar -cf xml.tar -C xml .", in: folder)
    #expect(try label("x/001.jpg", annotations) == "cat")
  }

  @Test func `in an archive agree with as many folders as they can, and are not guessed`() throws {
    try write("Annotation/n02084071/n02084071_1", "dog")
    try write("train/x/001", "cat")
    try write("val/x/001", "cow")
    try TarPeers.shell("tar -cf xml.tar xml", in: folder)
    #expect(try label("n02084071_1.JPEG", "xml.tar") == "dog")
    #expect(try label("photos/n02084071_1.JPEG", "xml.tar") == "dog")
    #expect(try label("all/val/x/001.jpg", "xml.tar") == "cow")
    #expect(throws: AmbiguousAnnotation.self) {
      try AnnotationFiles(folder.path("xml.tar")).file(of: "x/001.jpg")
    }
    try folder.write("images/x/001.jpg", "x")
    var notes: [String] = []
    let source = try ImageSources.open(folder.path("images"), SourceOptions(boxes: folder.path("xml.tar")))
    try source.scan(knowing: NoKnownArchives()) { if case .note(let note) = $0 { notes.append(note) } }
    #expect(notes.contains { $0.hasPrefix("x/001.jpg: ") && $0.contains("several annotations") })
  }
}
