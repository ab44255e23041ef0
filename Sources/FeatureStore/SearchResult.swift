/// One image that a search found.
public struct SearchResult: Sendable, Hashable {
  public let id: Int64
  public let corpusID: Int64
  public let path: String
  /// The true class; where that is unknown, the one the network finds most probable; nil where there is
  /// neither.
  public let wnid: String?
  /// What in the image was found; nil where it is the whole.
  public var box: BoxRecord?
  /// Whether `wnid` is predicted.
  public let isPredicted: Bool
  /// Cosine similarity (-1...1), or the probability of a predicted class; 1 for a true class.
  public let score: Double

  init(
    id: Int64, corpusID: Int64, path: String, wnid: String?, isPredicted: Bool, score: Double,
    box: BoxRecord? = nil
  ) {
    self.id = id
    self.corpusID = corpusID
    self.path = path
    self.wnid = wnid
    self.isPredicted = isPredicted
    self.score = score
    self.box = box
  }

  /// Best first: by score, then by path as bytes, so that equal scores come in the same order in every store.
  static func precedes(_ left: SearchResult, _ right: SearchResult) -> Bool {
    if left.score != right.score { return left.score > right.score }
    if left.path != right.path { return left.path.utf8.lexicographicallyPrecedes(right.path.utf8) }
    if left.corpusID != right.corpusID { return left.corpusID < right.corpusID }
    return (left.box?.ordinal ?? 0) < (right.box?.ordinal ?? 0)
  }
}

/// The best `limit` of the results offered, without keeping the others: a heap with the worst on top.
struct BestResults {
  private let limit: Int
  private var heap: [SearchResult] = []

  init(_ limit: Int) { self.limit = limit }

  /// Whether a result of this score could still get in; an equal score can, by its path.
  @inline(__always)
  func admits(_ score: Double) -> Bool { heap.count < limit || score >= worst }

  var isFull: Bool { heap.count >= limit }

  private(set) var worst = -Double.infinity

  mutating func offer(_ result: SearchResult) {
    if heap.count < limit {
      heap.append(result)
      siftUp()
    } else if let top = heap.first, SearchResult.precedes(result, top) {
      heap[0] = result
      siftDown()
    }
    if heap.count == limit, let top = heap.first { worst = top.score }
  }

  /// Best first.
  func sorted() -> [SearchResult] { heap.sorted(by: SearchResult.precedes) }

  private mutating func siftUp() {
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard SearchResult.precedes(heap[parent], heap[child]) else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var worst = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if SearchResult.precedes(heap[worst], heap[child]) { worst = child }
      }
      guard worst != parent else { return }
      heap.swapAt(parent, worst)
      parent = worst
    }
  }
}
