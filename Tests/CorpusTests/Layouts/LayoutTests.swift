import Foundation
import TestSupport
import Testing

@testable import Corpus

@Suite("Layouts of corpora")
struct LayoutTests {
  private func images(_ source: any ImageSource) throws -> [String: String?] {
    var found: [String: String?] = [:]
    try source.scan { entry in
      #expect(entry.problem == nil, "\(entry.problem.map { "\($0)" } ?? "")")
      found[entry.path] = .some(entry.label)
    }
    return found
  }

  private func bytes(of path: String, in source: any ImageSource) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try source.scan { if $0.path == path { bytes = try ImageReader().bytes(of: $0.location) } }
    return bytes
  }

  @Test func `ILSVRC's training set: a tar of tars, the tars, and the tree have the same classes`() throws {
    let folder = try TemporaryFolder()
    for (wnid, name) in [
      ("n01440764", "n01440764_18.JPEG"), ("n01440764", "n01440764_36.JPEG"),
      ("n01443537", "n01443537_2.JPEG"),
    ] {
      try folder.write("train/\(wnid)/\(name)", name)
    }
    try TarPeers.shell(
      """
      mkdir tars && for wnid in n01440764 n01443537; do tar -cf tars/$wnid.tar -C train/$wnid .; done
      tar -cf ILSVRC2012_img_train.tar -C tars n01440764.tar n01443537.tar
      """, in: folder)
    let tree = try ImageSources.open(folder.path("train"))
    #expect(tree.layout.kind == .folders)
    #expect(try images(tree)["n01440764/n01440764_18.JPEG"] == .some("n01440764"))
    for path in ["tars", "ILSVRC2012_img_train.tar"] {
      let source = try ImageSources.open(folder.path(path))
      #expect(source.layout.kind == .archives)
      #expect(
        try images(source) == [
          "n01440764.tar/n01440764_18.JPEG": "n01440764", "n01440764.tar/n01440764_36.JPEG": "n01440764",
          "n01443537.tar/n01443537_2.JPEG": "n01443537",
        ])
      let read = try bytes(of: "n01440764.tar/n01440764_36.JPEG", in: source)
      #expect(read == Array("n01440764_36.JPEG".utf8))
    }
  }

  @Test func `a tar of one class, and one with folders by wnid`() throws {
    let folder = try TemporaryFolder()
    try folder.write("n01440764/a.jpg", "a")
    try TarPeers.shell("tar -cf n01440764.tar -C n01440764 a.jpg; tar -czf all.tgz n01440764", in: folder)
    let one = try ImageSources.open(folder.path("n01440764.tar"))
    #expect(try images(one) == ["a.jpg": "n01440764"])
    let all = try ImageSources.open(folder.path("all.tgz"))
    #expect(try images(all) == ["n01440764/a.jpg": "n01440764"])
    #expect(all.layout.notes.contains { $0.contains("is compressed") })
    let unlabelled = try ImageSources.open(folder.path("all.tgz"), SourceOptions(layout: .unlabelled))
    #expect(try images(unlabelled) == ["n01440764/a.jpg": nil])
  }

  @Test func `WebDataset's shards: classes by cls and json, named by a pattern`() throws {
    let folder = try TemporaryFolder()
    for (name, text) in [
      ("0/a.jpg", "a"), ("0/a.cls", "17\n"), ("0/b.cls", "n01440764"), ("0/b.png", "b"),
      ("0/b.seg.png", "mask"),
      ("1/c.jpg", "c"), ("1/c.json", #"{"caption": "x", "label": 3}"#), ("1/d.JPG", "d"), ("1/d.json", "{"),
      ("1/e.txt", "no image"),
    ] { try folder.write(name, text) }
    try TarPeers.shell(
      """
      tar -cf shard-000.tar --sort=name -C 0 a.cls a.jpg b.cls b.png b.seg.png
      tar -cf shard-001.tar -C 1 c.jpg c.json d.JPG d.json e.txt; mkdir shards; ln shard-*.tar shards
      """, in: folder)
    let expected: [String: String?] = [
      "shard-000.tar/a.jpg": "17", "shard-000.tar/b.png": "n01440764", "shard-001.tar/c.jpg": "3",
      "shard-001.tar/d.JPG": nil,
    ]
    for path in ["shards", "shard-{000..001}.tar"] {
      let source = try ImageSources.open(folder.path(path))
      #expect(source.layout.kind == .webdataset)
      #expect(try images(source) == expected)
    }
    var findings: [CorpusFinding] = []
    try ImageSources.open(folder.path("shard-{001..002}.tar"))
      .scan(knowing: NoKnownArchives()) { findings.append($0) }
    #expect(findings.contains { if case .note(let note) = $0 { note.contains("d.json") } else { false } })
    #expect(
      findings.contains {
        if case .image(let entry) = $0 { entry.problem?.errorClass == "missing" } else { false }
      })
  }

  @Test(arguments: [
    ("tench\n", "n.txt", "tench"), ("5\n2\n1\n", "truth.txt", "2"), ("n1\nn2\nn3\n", "truth.txt", "n2"),
    ("ILSVRC2012_val_00000002.JPEG n01443537\nILSVRC2012_val_00000001.JPEG 5\n", "val.txt", "n01443537"),
    (
      "ImageId,PredictionString\nILSVRC2012_val_00000002,n01443537 1 2 3 4 n01443537 5 6 7 8\n", "s.csv",
      "n01443537"
    ),
  ])
  func `validation images with their classes in a text`(_ text: String, _ name: String, _ label: String)
    throws
  {
    let folder = try TemporaryFolder()
    let image = name == "n.txt" ? "only.jpg" : "ILSVRC2012_val_00000002.JPEG"
    try folder.write("val/\(image)", "x")
    try TarPeers.shell("tar -cf val.tar -C val .", in: folder)
    let truth = try folder.write(name, text)
    for path in ["val", "val.tar"] {
      let source = try ImageSources.open(folder.path(path), SourceOptions(truth: truth))
      #expect(source.layout.kind == .validation)
      #expect(try images(source) == [image: label])
    }
  }

  @Test
  func `ground truth beside validation images is found; without it they are unlabelled, and that is said`()
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write("val/ILSVRC2012_val_00000001.JPEG", "x")
    let plain = try ImageSources.open(folder.path("val"))
    #expect(plain.layout.kind == .unlabelled)
    #expect(plain.layout.notes.contains { $0.contains("truth") })
    try folder.write("ILSVRC2012_validation_ground_truth.txt", "490\n")
    let source = try ImageSources.open(folder.path("val"))
    #expect(source.layout.kind == .validation && source.numbering?.first == 1)
    #expect(try images(source) == ["ILSVRC2012_val_00000001.JPEG": "490"])
  }

  @Test func `the development kit beside validation images in an archive is found`() throws {
    let folder = try TemporaryFolder()
    try folder.write("images/ILSVRC2012_val_00000001.JPEG", "x")
    try folder.write("ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt", "490\n")
    try TarPeers.shell("tar -cf ILSVRC2012_img_val.tar -C images .; rm -r images", in: folder)
    for path in ["ILSVRC2012_img_val.tar", "."] {
      let source = try ImageSources.open(folder.path(path))
      #expect(source.layout.kind == .validation && source.numbering?.first == 1)
    }
  }

  @Test(arguments: [
    ("n01440764\n\nn01484850\n", ":2: an empty line among classes"),
    ("n01440764\n", "1 classes, and none for ILSVRC2012_val_00000002.JPEG"),
  ])
  func `classes that go by order are not shifted or missing in silence`(_ text: String, _ reason: String)
    throws
  {
    let folder = try TemporaryFolder()
    for number in 1...2 { try folder.write("val/ILSVRC2012_val_0000000\(number).JPEG", "x") }
    let truth = try folder.write("truth.txt", text)
    let error = #expect(throws: CorpusError.self) {
      try images(ImageSources.open(folder.path("val"), SourceOptions(truth: truth)))
    }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    // An empty line at the end is none.
    try folder.write("truth.txt", "n01440764\nn01484850\n\n")
    #expect(try images(ImageSources.open(folder.path("val"), SourceOptions(truth: truth))).count == 2)
  }

  @Test func `classes by order need names that come once`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.jpg", "b.jpg"] { try folder.write(name, name) }
    let truth = try folder.write("truth.txt", "n01440764\nn01484850\nn01440764\n")
    try TarPeers.shell("tar -cf x.tar a.jpg b.jpg; tar -rf x.tar a.jpg", in: folder)
    let source = try ImageSources.open(folder.path("x.tar"), SourceOptions(truth: truth))
    let error = #expect(throws: CorpusError.self) { try source.scan { _ in } }
    #expect(error?.description.contains("member a.jpg: a second member of this name") == true)
  }

  @Test func `as many classes as images, where names have no numbers`() throws {
    let folder = try TemporaryFolder()
    try folder.write("val/a.jpg", "x")
    let truth = try folder.write("truth.txt", "1\n2\n")
    let source = try ImageSources.open(folder.path("val"), SourceOptions(truth: truth))
    let error = #expect(throws: CorpusError.self) { try source.scan { _ in } }
    #expect(error?.description.contains("2 classes for 1 images") == true)
  }

  @Test func `PASCAL VOC and ILSVRC keep boxes beside their images`() throws {
    let folder = try TemporaryFolder()
    try folder.write("VOC/JPEGImages/2007_000027.jpg", "x")
    try folder.write("VOC/JPEGImages/2007_000032.jpg", "x")
    try folder.write("VOC/Annotations/2007_000027.xml", BoxXMLReaderTests.example)
    var annotated: [String: BoxAnnotation] = [:]
    try ImageSources.open(folder.path("VOC/JPEGImages")).scan { entry in
      annotated[entry.path] = try entry.annotation?.read()
    }
    #expect(annotated.count == 1 && annotated["2007_000027.jpg"]?.boxes.map(\.label) == ["person", "dog"])

    try folder.write("I/Data/CLS-LOC/val/ILSVRC2012_val_00000001.JPEG", "x")
    try folder.write(
      "I/Annotations/CLS-LOC/val/ILSVRC2012_val_00000001.xml",
      BoxXMLReaderTests.example.replacingOccurrences(of: "person", with: "n01751748").replacingOccurrences(
        of: "dog", with: "n01751748"))
    let source = try ImageSources.open(folder.path("I/Data/CLS-LOC/val"))
    #expect(source.layout.kind == .validation)
    #expect(try images(source) == ["ILSVRC2012_val_00000001.JPEG": "n01751748"])
  }

  @Test func `boxes in an archive, as ImageNet's come`() throws {
    let folder = try TemporaryFolder()
    try folder.write("train/n01440764/n01440764_18.JPEG", "x")
    try folder.write("Annotation/n01440764/n01440764_18.xml", BoxXMLReaderTests.example)
    try TarPeers.shell("tar -czf bbox.tar.gz -C Annotation .", in: folder)
    for boxes in ["bbox.tar.gz", "Annotation"] {
      var count = 0
      try ImageSources.open(folder.path("train"), SourceOptions(boxes: folder.path(boxes))).scan { entry in
        count += try entry.annotation?.read().boxes.count ?? 0
      }
      #expect(count == 2)
    }
  }

  @Test(arguments: [
    ("s-{000..002}.tar", ["s-000.tar", "s-001.tar", "s-002.tar"]), ("{a,b}{1..2}", ["a1", "a2", "b1", "b2"]),
    ("x", ["x"]), ("{8..11}", ["8", "9", "10", "11"]),
  ])
  func `patterns with braces`(_ pattern: String, _ names: [String]) throws {
    #expect(try BracePattern.expand(pattern) == names)
  }

  @Test(arguments: ["{", "{}", "{3..1}", "{a..b}", "{0..99999999}", "{0..999999}{0..9}"])
  func `patterns that mean nothing`(_ pattern: String) throws {
    #expect(throws: CorpusError.self) { try BracePattern.expand(pattern) }
  }

  @Test func `samples whose files lie apart have no class, and that is said`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.jpg", "b.jpg", "a.cls", "b.cls"] { try folder.write(name, "1") }
    try TarPeers.shell("tar -cf apart.tar a.jpg b.jpg a.cls b.cls", in: folder)
    var notes: [String] = []
    try ImageSources.open(folder.path("apart.tar")).scan(knowing: NoKnownArchives()) {
      if case .note(let note) = $0 { notes.append(note) }
    }
    #expect(notes.contains { $0.contains("2 .cls or .json files have no image beside them") })
  }

  @Test(arguments: [
    ("n02119789 1 kit_fox\nn02100735 2 English_setter\n", 2, "n02100735"),
    ("n01440764\nn01443537 goldfish\n", 1, "n01443537"),
    ("0 n01440764\n1 n01443537\n", 1, "n01443537"), ("tench\ngreat dane\n", 1, "great dane"),
    (#"{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}"#, 1, "n01443537"),
  ])
  func `lists of classes`(_ text: String, _ number: Int, _ label: String) throws {
    let folder = try TemporaryFolder()
    let numbers = try ClassNumbers(contentsOf: folder.write("labels.txt", text))
    #expect(numbers.label(of: number) == label)
    #expect(numbers.label(of: 17) == nil && numbers.label(of: .min) == nil)
  }

  @Test(arguments: ["", "n01440764 1 a\nn01443537 1 b\n", "n01440764 1 a\nn01443537\n", "{\"a\": 1}"])
  func `what is no list of classes`(_ text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("labels.txt", text)
    #expect(throws: CorpusError.self) { try ClassNumbers(contentsOf: path) }
  }
}
