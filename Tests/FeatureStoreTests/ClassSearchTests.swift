import GRDB
import Testing

@testable import FeatureStore

@Suite("Searching and counting by class")
struct ClassSearchTests {
  static let dog = "n02084071"
  static let cat = "n02121808"

  static func store() throws -> StoreFixture {
    let store = try StoreFixture()
    let vector: [Float] = [1, 0, 0, 0]
    try store.add("z-true.jpg", vector, wnid: dog, predictions: [(2, 0.9)])
    try store.add("a-true.jpg", nil, wnid: dog)
    try store.add("sure.jpg", vector, predictions: [(1, 0.75), (2, 0.125)])
    try store.add("unsure.jpg", vector, predictions: [(1, 0.25)])
    try store.add("cat.jpg", vector, predictions: [(2, 0.5), (1, 0.375)])
    let gone = try store.add("gone.jpg", vector, predictions: [(1, 0.99)])
    try store.markGone(gone)
    return store
  }

  func search(_ wnids: Set<String>, _ count: Int = 10, predicted: Bool = true) throws -> [SearchResult] {
    let store = try Self.store()
    return try store.queue.read { db in
      try ClassSearch(wnids, in: predicted ? store.space : nil, count: count).fetch(db)
    }
  }

  @Test("true classes come first in path order, then predicted ones by probability")
  func order() throws {
    let results = try search([Self.dog])
    #expect(results.map(\.path) == ["a-true.jpg", "z-true.jpg", "sure.jpg", "unsure.jpg"])
    #expect(results.map(\.score) == [1, 1, 0.75, 0.25])
    #expect(results.map(\.isPredicted) == [false, false, true, true])
  }

  @Test("several classes are merged by score")
  func merged() throws {
    let results = try search([Self.dog, Self.cat], 4)
    #expect(results.map(\.path) == ["a-true.jpg", "z-true.jpg", "sure.jpg", "cat.jpg"])
  }

  @Test("without a space only true classes count; an unknown class has no images")
  func without() throws {
    #expect(try search([Self.dog], predicted: false).map(\.path) == ["a-true.jpg", "z-true.jpg"])
    #expect(try search(["n99999999"]).isEmpty)
    #expect(throws: StoreError.invalidCount(-1)) { try search([Self.dog], -1) }
  }

  @Test("counts are each class's own, by true class and by predicted class of the rest")
  func counts() throws {
    let store = try Self.store()
    try store.queue.read { db throws in
      #expect(try ClassCounts.labelled(in: db) == [Self.dog: 2])
      #expect(try ClassCounts.predicted(space: store.space, in: db) == [Self.dog: 2, Self.cat: 1])
      #expect(try ClassCounts.labelled(corpusID: store.corpus.id + 1, in: db).isEmpty)
      #expect(try ClassCounts.predicted(space: store.space, corpusID: 99, in: db).isEmpty)
    }
  }

  @Test("predictions of a network without labels can't be counted")
  func noLabels() throws {
    let store = try StoreFixture(labels: nil)
    #expect(throws: StoreError.noLabels(space: "embedding")) {
      try store.queue.read { _ = try ClassCounts.predicted(space: store.space, in: $0) }
    }
  }

  @Test("the best classes of a network's output, best first; equals by index")
  func best() {
    let best = Prediction.best(3, of: [0.1, 0.3, 0.3, 0.2, 0.1])
    #expect(best.map(\.classIndex) == [1, 2, 3])
    #expect(best.map(\.probability) == [0.3, 0.3, 0.2])
    #expect(Prediction(classIndex: 70_000, probability: 0) == nil)
    #expect(Prediction(classIndex: 0, probability: .nan) == nil)
  }

  @Test("predictions are read back as they were written; a second write replaces the first")
  func roundTrip() throws {
    let store = try StoreFixture()
    let image = try store.add("a", [1, 2, 3, 4], predictions: [(2, 0.1), (0, 0.05)])
    let read = {
      try store.queue.read { db in
        let content = try #require(try ImageRecord.find(id: image, in: db)?.contentID)
        return (
          try FeatureRow.predictions(content: content, space: store.space, in: db),
          try FeatureRow.vector(content: content, space: store.space, in: db)
        )
      }
    }
    var (predictions, vector) = try read()
    #expect(predictions.map(\.classIndex) == [2, 0] && predictions.map(\.probability) == [0.1, 0.05])
    #expect(vector == [1, 2, 3, 4])
    try store.add("a", [4, 4, 4, 4])
    (predictions, vector) = try read()
    #expect(predictions.isEmpty && vector == [4, 4, 4, 4])
    #expect(try store.queue.read { try SpaceRecord.all(in: $0).map(\.vectorCount) } == [1])
  }
}
