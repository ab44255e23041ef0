import FeatureStore
import Pipeline
import TestSupport
import Testing
import WordNet

@testable import Stages

@Suite struct `Classes of images` {
  private func workshop(_ manifest: String) throws -> Workshop {
    let workshop = try Workshop(images: 4)
    try workshop.folder.write("images.tsv", manifest)
    try workshop.folder.write(
      "pipeline.yaml",
      """
      store: store.sqlite
      stages:
        taxonomy: { uses: synsets, source: structure.xml }
        photos:   { uses: images, source: images.tsv, root: images, synsets: taxonomy }
      """)
    return workshop
  }

  private func classes(_ workshop: Workshop) throws -> [String?] {
    try workshop.read { db in try ImageListing().fetch(db).map(\.wnid) }
  }

  @Test func `are named by wnid, lemma or numbered sense`() async throws {
    let workshop = try workshop(
      "path\tclass\nn01503061/2.png\tn01503061\nn02084071/0.png\tdog\nn02121808/1.png\tcat.n.01\n")
    #expect(try await workshop.run().exit == .done)
    #expect(try classes(workshop) == ["n01503061", "n02084071", "n02121808"])
  }

  @Test func `that name no synset leave the image without one, as a recorded failure`() async throws {
    let workshop = try workshop("path\tclass\nn02084071/0.png\tdgo\nn02121808/1.png\tcat\n")
    let report = try await workshop.run()
    #expect(report.exit == .someFailed && report["photos"]?.items == ItemCounts(done: 1, failed: 1))
    #expect(try classes(workshop) == [nil, "n02121808"])
    let failure = try #require(try workshop.read { db in try JobState.failures(db).first })
    #expect(failure.name == "n02084071/0.png" && failure.errorClass == "unknown-class")
    #expect(failure.message.contains("\"dog\""), "\(failure.message)")

    try workshop.folder.write("images.tsv", "path\tclass\nn02084071/0.png\tdog\nn02121808/1.png\tcat\n")
    #expect(try workshop.plan().stage(named: "photos")?.reasons == ["1 image of another class"])
    #expect(try await workshop.run().exit == .done)
    #expect(try classes(workshop) == ["n02084071", "n02121808"])
  }

  @Test func `told by another text are brought up to date in place: no image is there twice`() async throws {
    let workshop = try Workshop(images: 4)
    let classes = { (text: String) in try workshop.folder.write("truth.txt", text) }
    try workshop.folder.write(
      "pipeline.yaml",
      """
      store: store.sqlite
      stages:
        taxonomy: { uses: synsets, source: structure.xml }
        photos:   { uses: images, source: images, truth: truth.txt, synsets: taxonomy }
      """)
    let (dogs, cats) = (String(repeating: "dog\n", count: 4), String(repeating: "cat\n", count: 4))
    try classes(dogs)
    #expect(try await workshop.run().exit == .done)
    try classes(cats)
    #expect(try workshop.plan().stage(named: "photos")?.reasons == ["4 images of another class"])
    #expect(try await workshop.run()["photos"]?.items == ItemCounts(done: 4))
    #expect(try self.classes(workshop) == Array(repeating: "n02121808", count: 4))
    // From another file, too.
    try workshop.folder.write("other.txt", dogs)
    let other = "photos.truth=\(workshop.folder.path("other.txt"))"
    #expect(try await workshop.run([other]).exit == .done)
    #expect(try self.classes(workshop) == Array(repeating: "n02084071", count: 4))
    #expect(try workshop.plan([other]).stage(named: "photos")?.state == .current)
  }

  @Test func `a broken annotation is a failure once, and read again when it has changed`() async throws {
    let workshop = try Workshop(images: 4)
    try workshop.folder.write("boxes/n02084071/0.xml", "<annotation><object><name>dog")
    let overrides = ["photos.boxes=\(workshop.folder.path("boxes"))"]
    #expect(try await workshop.run(overrides)["photos"]?.items == ItemCounts(done: 3, failed: 1))
    #expect(try workshop.plan(overrides).stage(named: "photos")?.state == .current)
    #expect(try await workshop.run(overrides)["photos"]?.state == .current)
    try workshop.folder.write(
      "boxes/n02084071/0.xml",
      "<annotation><object><name>dog</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>"
        + "</object></annotation>")
    #expect(try workshop.plan(overrides).stage(named: "photos")?.reasons == ["1 image with other boxes"])
    #expect(try await workshop.run(overrides)["photos"]?.items == ItemCounts(done: 4))
  }

  @Test func `a listed file that is not there is a failure until it comes`() async throws {
    let workshop = try workshop("path\tclass\nn02084071/0.png\tdog\nlater.png\tcat\n")
    let report = try await workshop.run()
    #expect(report["photos"]?.items == ItemCounts(done: 1, failed: 1))
    #expect(try workshop.read { db in try JobState.failures(db).map(\.errorClass) } == ["missing"])
    #expect(try await workshop.run()["photos"]?.state == .current)
    try workshop.folder.write("images/later.png", GeneratedPNG.bytes(seed: 77))
    let second = try await workshop.run()
    #expect(second.exit == .done && second["photos"]?.items == ItemCounts(done: 2))
  }

  @Test func `images count for every synset above their class, once`() throws {
    let ids = ["root", "left", "right", "bottom"].map { SynsetID($0) }
    let diamond = Hierarchy(
      synsets: ids.map { Synset(id: $0, words: [$0.text], gloss: "") },
      hypernyms: [(ids[1], ids[0]), (ids[2], ids[0]), (ids[3], ids[1]), (ids[3], ids[2])])
    let tree = ClassTree(diamond, own: ["bottom": 5, "left": 2])
    #expect(tree.counts(of: ids[0]) == ClassTree.Counts(own: 0, below: 7))
    #expect(tree.counts(of: ids[1]) == ClassTree.Counts(own: 2, below: 7))
    #expect(tree.counts(of: ids[2]) == ClassTree.Counts(own: 0, below: 5))
  }

  @Test func `a hierarchy comes out of the store as it went in`() async throws {
    let workshop = try workshop("path\n")
    try await workshop.run()
    let stored = try SynsetSource.load(workshop.storePath)
    #expect(try stored == HierarchyReader.read(workshop.folder.path("structure.xml")))
  }
}
