import GRDB
import Testing

@testable import FeatureStore

@Suite("Finding and listing images")
struct ImageLookupTests {
  func find(_ text: String, in store: StoreFixture) throws -> String {
    try store.queue.read { try ImageLookup.find(text, in: $0).path }
  }

  @Test(
    "by exact path, id, last parts of the path, or its end",
    arguments: [
      ("dogs/rex.jpg", "dogs/rex.jpg"), ("rex.jpg", "dogs/rex.jpg"), ("x.jpg", "dogs/rex.jpg"),
      ("2", "cats/tom.jpg"), ("7", "7"), ("été.png", "cats/été.png"), ("tom_jpg.png", "tom_jpg.png"),
    ])
  func found(text: String, path: String) throws {
    let store = try StoreFixture()
    for path in ["dogs/rex.jpg", "cats/tom.jpg", "7", "cats/été.png", "tom_jpg.png", "a", "b"] {
      try store.add(path, nil)
    }
    #expect(try find(text, in: store) == path)
  }

  @Test("what fits several, none, or only a gone image is an error that shows the way")
  func errors() throws {
    let store = try StoreFixture()
    let nothing = #expect(throws: StoreError.self) { try find("rex.jpg", in: store) }
    #expect(nothing?.description.contains("no images yet") == true)
    try store.add("dogs/rex.jpg", nil)
    try store.add("old/rex.jpg", nil)
    let ambiguous = #expect(throws: StoreError.self) { try find("rex.jpg", in: store) }
    #expect(
      ambiguous?.description
        == "“rex.jpg” fits 2 images; give more of the path: dogs/rex.jpg (id 1), old/rex.jpg (id 2).")
    #expect(throws: StoreError.unknownImage("%", imageCount: 2)) { try find("%", in: store) }
    #expect(throws: StoreError.unknownImage("", imageCount: 2)) { try find("", in: store) }
    try store.markGone(2)
    #expect(try find("rex.jpg", in: store) == "dogs/rex.jpg")
    #expect(throws: StoreError.unknownImage("2", imageCount: 1)) { try find("2", in: store) }
  }

  @Test("a listing is in path order and can be narrowed, cut and counted")
  func listing() throws {
    let store = try ClassSearchTests.store()
    func paths(_ change: (inout ImageListing) -> Void) throws -> [String] {
      var listing = ImageListing()
      change(&listing)
      let found = try store.queue.read { try listing.fetch($0) }
      if listing.limit == nil { #expect(try store.queue.read { try listing.count($0) } == found.count) }
      return found.map(\.path)
    }
    let all = ["a-true.jpg", "cat.jpg", "sure.jpg", "unsure.jpg", "z-true.jpg"]
    #expect(try paths { _ in } == all)
    #expect(try paths { ($0.limit, $0.offset) = (2, 1) } == ["cat.jpg", "sure.jpg"])
    #expect(try paths { $0.wnids = [ClassSearchTests.dog] } == ["a-true.jpg", "z-true.jpg"])
    #expect(try paths { $0.isLabelled = false } == ["cat.jpg", "sure.jpg", "unsure.jpg"])
    #expect(try paths { $0.presence = .gone } == ["gone.jpg"])
    #expect(try paths { $0.presence = .any }.count == 6)
    #expect(try paths { $0.ids = [1, 3] } == ["sure.jpg", "z-true.jpg"])
    #expect(try paths { $0.hasVector = (store.space.id, false) } == ["a-true.jpg"])
    #expect(try paths { $0.hasVector = (store.space.id, true) } == Array(all.dropFirst()))
    #expect(try paths { $0.corpusID = 99 }.isEmpty)
  }
}
