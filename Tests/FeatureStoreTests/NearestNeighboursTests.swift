import Foundation
import GRDB
import TestSupport
import Testing

@testable import FeatureStore

@Suite("Nearest neighbours")
struct NearestNeighboursTests {
  @Test(
    "the ranking and the cosines are NumPy's",
    .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON names no Python with NumPy"),
    arguments: VectorEncoding.allCases, [false, true])
  func numpyRanking(encoding: VectorEncoding, indexed: Bool) throws {
    let store = try StoreFixture(dimension: 96, encoding: encoding)
    let folder = try TemporaryFolder()
    var numbers = SeededNumbers(state: 1)
    for image in 0..<300 { try store.add("\(image).jpg", numbers.vector(96)) }
    let query = numbers.vector(96)
    let array = folder.path("vectors.npy")
    try store.queue.write { db in
      if indexed { try SearchIndex.build(for: store.space, in: db) }
      _ = try FeatureExport.write(store.space, to: array, db)
    }
    let printed = try PythonPeer.run(
      """
      import json, sys, numpy
      vectors = numpy.load(sys.argv[1]).astype(numpy.float64)
      paths = [json.loads(line)["path"] for line in open(sys.argv[1][:-4] + ".jsonl")]
      query = numpy.array(json.loads(sys.argv[2]), dtype=numpy.float64)
      cosine = vectors @ query / numpy.linalg.norm(vectors, axis=1) / numpy.linalg.norm(query)
      for i in numpy.argsort(-cosine)[:20]: print(paths[i], cosine[i])
      """, [array, "[" + query.map { "\($0)" }.joined(separator: ",") + "]"])
    let expected = printed.split(separator: "\n").map { $0.split(separator: " ") }
    let results = try store.nearest(query, 20)
    #expect(results.map(\.path) == expected.map { String($0[0]) })
    for (result, line) in zip(results, expected) {
      #expect(abs(result.score - (Double(line[1]) ?? .nan)) < 1e-6)
    }
  }

  @Test("equal scores come in path order, whatever the order of insertion")
  func ties() throws {
    let store = try StoreFixture()
    for path in ["d", "b", "é", "a", "Z", "c"] { try store.add(path, [1, 0, 0, 0]) }
    #expect(try store.nearest([2, 0, 0, 0], 4).map(\.path) == ["Z", "a", "b", "c"])
    #expect(try store.nearest([2, 0, 0, 0]).map(\.path) == ["Z", "a", "b", "c", "d", "é"])
  }

  @Test("gone images are left out; images of one content share a vector and all appear")
  func goneAndDuplicates() throws {
    let store = try StoreFixture()
    try store.add("one.jpg", [1, 0, 0, 0], content: "same")
    try store.add("two.jpg", nil, content: "same")
    let gone = try store.add("gone.jpg", [1, 0.1, 0, 0])
    try store.add("other.jpg", [0, 1, 0, 0])
    try store.markGone(gone)
    let results = try store.nearest([1, 0, 0, 0])
    #expect(results.map(\.path) == ["one.jpg", "two.jpg", "other.jpg"])
    #expect(results.map(\.score) == [1, 1, 0])
  }

  @Test("inside classes: by true class, and by the most probable class where that is unknown")
  func underClasses() throws {
    let store = try StoreFixture()
    try store.add("dog.jpg", [1, 0, 0, 0], wnid: "n02084071")
    try store.add("cat.jpg", [1, 0.1, 0, 0], wnid: "n02121808", predictions: [(1, 0.9)])
    try store.add("maybe-dog.jpg", [1, 0.2, 0, 0], predictions: [(1, 0.6), (2, 0.3)])
    try store.add("maybe-cat.jpg", [1, 0.3, 0, 0], predictions: [(2, 0.6), (1, 0.3)])
    try store.add("unknown.jpg", [1, 0.4, 0, 0])
    let dogs = try store.nearest([1, 0, 0, 0], under: ["n02084071"])
    #expect(dogs.map(\.path) == ["dog.jpg", "maybe-dog.jpg"])
    #expect(dogs.map(\.isPredicted) == [false, true])
    #expect(dogs.map(\.wnid) == ["n02084071", "n02084071"])
    #expect(try store.nearest([1, 0, 0, 0], under: []).isEmpty)
    #expect(try store.nearest([1, 0, 0, 0]).last?.wnid == nil)
  }

  @Test("few allowed classes are looked up, many are scanned; both give what filtering all results gives")
  func bothWays() throws {
    let store = try StoreFixture(dimension: 16)
    var numbers = SeededNumbers(state: 3)
    for image in 0..<400 {
      let wnid = image % 2 == 0 ? "even" : image % 25 == 1 ? "rare" : "odd"
      try store.add("\(image)", numbers.vector(16), wnid: wnid)
    }
    let query = numbers.vector(16)
    let everything = try store.nearest(query, 400)
    for wnid in ["even", "rare"] {
      let expected = everything.filter { $0.wnid == wnid }.prefix(7)
      #expect(try store.nearest(query, 7, under: [wnid]) == Array(expected))
    }
  }

  @Test("like an image of the store: that image itself is left out, its duplicate is not")
  func likeAnImage() throws {
    let store = try StoreFixture()
    try store.add("a/query.jpg", [1, 0, 0, 0], content: "same")
    try store.add("b/copy.jpg", nil, content: "same")
    try store.add("near.jpg", [1, 0.1, 0, 0])
    try store.add("to-do.jpg", nil)
    let results = try store.queue.read { db in
      let image = try ImageLookup.find("query.jpg", in: db)
      return try NearestNeighbours(like: image, in: store.space, count: 5, db).fetch(db)
    }
    #expect(results.map(\.path) == ["b/copy.jpg", "near.jpg"])
    #expect(throws: StoreError.imageWithoutVector(path: "to-do.jpg", space: "embedding")) {
      try store.queue.read { db in
        let image = try ImageLookup.find("to-do.jpg", in: db)
        _ = try NearestNeighbours(like: image, in: store.space, count: 5, db)
      }
    }
  }

  @Test("a query or a vector of zeros has cosine 0 with everything")
  func zeros() throws {
    let store = try StoreFixture()
    try store.add("zero", [0, 0, 0, 0])
    try store.add("one", [0, 0, 1, 0])
    #expect(try store.nearest([0, 0, 1, 0]).map(\.score) == [1, 0])
    #expect(try store.nearest([0, 0, 0, 0]).map(\.score) == [0, 0])
  }

  @Test("questions that can't be answered say why")
  func errors() throws {
    let store = try StoreFixture()
    #expect(throws: StoreError.emptySpace("embedding")) { try store.nearest([1, 2, 3, 4]) }
    try store.add("a", [1, 2, 3, 4])
    #expect(throws: StoreError.invalidCount(0)) { try store.nearest([1, 2, 3, 4], 0) }
    #expect(throws: StoreError.dimensionMismatch(space: "embedding", expected: 4, found: 3)) {
      try store.nearest([1, 2, 3])
    }
    #expect(throws: StoreError.self) { try store.nearest([1, 2, .nan, 4]) }
    try store.queue.write { try $0.execute(sql: "UPDATE feature SET vector = x'0102'") }
    #expect(throws: StoreError.damagedVector(space: "embedding", contentID: 1, bytes: 2, expected: 8)) {
      try store.nearest([1, 2, 3, 4])
    }
  }

  @Test("an index is stale as soon as a vector is written, and makes no difference to the results")
  func staleIndex() throws {
    let store = try StoreFixture()
    try store.add("a", [1, 2, 3, 4])
    let isCurrent = { try store.queue.read { try SearchIndex.isCurrent(for: store.space, in: $0) } }
    #expect(try !isCurrent())
    #expect(try store.queue.write { try SearchIndex.build(for: store.space, in: $0) } == 1)
    #expect(try isCurrent())
    try store.add("b", [4, 3, 2, 1])
    #expect(try !isCurrent())
    let before = try store.nearest([1, 2, 3, 4])
    try store.queue.write { _ = try SearchIndex.build(for: store.space, in: $0) }
    #expect(try store.nearest([1, 2, 3, 4]) == before)
  }
}
