import GRDB

/// A search for the images whose vectors have the greatest cosine with a query: exact, by reading every
/// vector.
///
///     let space = try SpaceRecord.resolve(nil, in: db)
///     let results = try NearestNeighbours(of: vector, in: space, count: 10).fetch(db)
///
/// - Complexity: one pass over the vectors of the space (or of the asked classes, where those are few),
///   as fast as memory gives them; nothing is kept but the best.
public struct NearestNeighbours: Sendable {
  public var space: SpaceRecord
  /// `space.dimension` values.
  public var query: [Float]
  public var count: Int
  /// Only images of these classes: by true class, or, where that is unknown, by the most probable predicted
  /// one.
  public var wnids: Set<String>?
  /// Images to leave out, such as the one the query was made of.
  public var excluded: Set<Int64> = []

  public init(of query: [Float], in space: SpaceRecord, count: Int, under wnids: Set<String>? = nil) {
    self.query = query
    self.space = space
    self.count = count
    self.wnids = wnids
  }

  /// A search for what is like an image of the store, or a box in it, which is itself left out.
  ///
  /// - Parameter box: which of its boxes, from 0, in a space of boxes; the first without it.
  /// - Throws: `StoreError.imageWithoutVector`, `.damagedVector`.
  public init(
    like image: ImageRecord, box: Int? = nil, in space: SpaceRecord, count: Int,
    under wnids: Set<String>? = nil, _ db: Database
  ) throws {
    let boxes = space.crop == .boxes ? try BoxRecord.all(ofImage: image.id, in: db) : []
    let shown =
      space.crop == .boxes ? boxes.first { $0.ordinal == box ?? 0 }?.contentID : image.contentID
    guard let contentID = shown,
      let vector = try FeatureRow.vector(content: contentID, space: space, in: db)
    else { throw StoreError.imageWithoutVector(path: image.path, space: space.name) }
    self.init(of: vector, in: space, count: count, under: wnids)
    excluded = [image.id]
  }

  /// Best first; equal scores in path order. Fewer than `count` where there are no more.
  ///
  /// - Throws: `StoreError.invalidCount`, `.dimensionMismatch`, `.valueOutOfRange`, `.emptySpace`,
  ///   `.damagedVector`.
  public func fetch(_ db: Database) throws -> [SearchResult] {
    guard count > 0 else { throw StoreError.invalidCount(count) }
    guard query.count == space.dimension else {
      throw StoreError.dimensionMismatch(space: space.name, expected: space.dimension, found: query.count)
    }
    let query = try unitQuery()
    let labels = try space.labels(in: db)
    let scan = try VectorScan(space: space, in: db)
    guard scan.rows > 0 else { throw StoreError.emptySpace(space.name) }
    let images = try ContentImages(space: space, labels: labels, in: db)
    var best = BestResults(count)
    let filter = wnids.map { ClassFilter(wnids: $0, space: space, labels: labels) }
    let allowed = try filter?.contents(in: db)
    let visit = { (content: Int64, score: Double) throws in
      for result in try images.results(content: content, score: score) {
        if let filter, !filter.matches(wnid: result.wnid) { continue }
        if !excluded.contains(result.id) { best.offer(result) }
      }
    }
    // Above an eighth of the vectors, reading all in order beats looking the wanted ones up.
    if let allowed, allowed.count < scan.rows / 8 {
      for content in allowed {
        guard let score = try scan.cosine(query, content: content) else { continue }
        if best.admits(score) { try visit(content, score) }
      }
    } else {
      try scan.cosines(query) { content, score in
        guard best.admits(score), allowed?.contains(content) ?? true else { return }
        try visit(content, score)
      }
    }
    return best.sorted()
  }

  /// Scaled to length 1, in double precision; a query of zeros stays zeros and is equally like everything.
  private func unitQuery() throws -> [Float] {
    if let index = query.firstIndex(where: { !$0.isFinite }) {
      throw StoreError.valueOutOfRange(encoding: space.encoding, index: index, value: query[index])
    }
    let norm = query.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return norm > 0 ? query.map { Float(Double($0) / norm) } : query
  }
}
