/// What a question to the store can fail with; each says what is there and what to do.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No `features` stage has run on this store yet.
  case noSpaces
  case unknownSpace(String, known: [String])
  case ambiguousSpace(known: [String])
  /// The space is there, and not one vector in it.
  case emptySpace(String)
  case unknownImage(String, imageCount: Int)
  case ambiguousImage(String, candidates: [String], count: Int)
  /// The image is known, but has no vector in the space.
  case imageWithoutVector(path: String, space: String)
  case dimensionMismatch(space: String, expected: Int, found: Int)
  /// A vector's value that its encoding can't hold.
  case valueOutOfRange(encoding: VectorEncoding, index: Int, value: Float)
  /// A stored vector whose bytes don't fit its space.
  case damagedVector(space: String, contentID: Int64, bytes: Int, expected: Int)
  case damagedRow(table: String, reason: String)
  case noLabels(space: String)
  case invalidCount(Int)
  case duplicateName(table: String, name: String)
  case tooManyContents
  case cannotWrite(path: String, reason: String)

  public var description: String {
    switch self {
    case .noSpaces:
      "The store has no features yet: run a pipeline with a `features` stage on it first."
    case .unknownSpace(let name, let known):
      "There is no feature space “\(name)” in the store; there is \(known.joined(separator: ", "))."
    case .ambiguousSpace(let known):
      "The store has several feature spaces; name one of \(known.joined(separator: ", "))."
    case .emptySpace(let name):
      "The feature space “\(name)” has no vectors yet: run the pipeline until its `features` stage is done."
    case .unknownImage(let text, let count):
      count == 0
        ? "The store has no images yet, so no “\(text)”: run a pipeline with an `images` stage first."
        : """
        No image of the store's \(count) has the id “\(text)”, that path, or a path that ends so; \
        give a path as `synoptic images` lists it.
        """
    case .ambiguousImage(let text, let candidates, let count):
      "“\(text)” fits \(count) images; give more of the path: \(candidates.joined(separator: ", "))"
        + (count > candidates.count ? ", …" : ".")
    case .imageWithoutVector(let path, let space):
      """
      The image \(path) has no vector in the feature space “\(space)”: its item is still to do or failed; \
      `synoptic status` tells which.
      """
    case .dimensionMismatch(let space, let expected, let found):
      """
      The feature space “\(space)” has vectors of \(expected) values and the query has \(found): \
      make the query with the same network and layer.
      """
    case .valueOutOfRange(let encoding, let index, let value):
      """
      Value \(index) of the vector is \(value), which \(encoding.rawValue) can't hold\
      \(value.isFinite ? ": use the encoding int8" : ": the network gave no number for this image").
      """
    case .damagedVector(let space, let contentID, let bytes, let expected):
      """
      The vector of content \(contentID) in the feature space “\(space)” has \(bytes) bytes where \
      \(expected) belong: put back a copy of the store, or move it away and run again.
      """
    case .damagedRow(let table, let reason):
      """
      A row of the table \(table) can't be read (\(reason)): put back a copy of the store, or move it away and run \
      again.
      """
    case .noLabels(let space):
      """
      The network of the feature space “\(space)” has no class labels, so unlabelled images have no class: \
      give the `network` stage its `labels`.
      """
    case .invalidCount(let count):
      "\(count) results were asked for; ask for at least 1."
    case .duplicateName(let table, let name):
      "“\(name)” stands twice among the rows for \(table): each may be there once."
    case .tooManyContents:
      "A store holds at most 4,294,967,295 different images' contents and 2,147,483,647 feature spaces."
    case .cannotWrite(let path, let reason):
      "\(path) can't be written: \(reason)."
    }
  }
}
