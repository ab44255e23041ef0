/// Where the bytes of a file with holes are, in its own terms and in the archive's.
struct SparseMap {
  /// Offset and length of each piece by turns, as all of GNU tar's forms write them.
  var numbers: [Int64]
  let realSize: Int64

  /// The pieces, in order; those without bytes, with which GNU tar marks a hole at the end, are left out.
  ///
  /// - Parameters:
  ///   - offset: of the first piece's bytes in the archive; they follow one another without gaps.
  ///   - stored: how many bytes the archive holds.
  func extents(from offset: Int64, stored: Int64) throws(ArchiveProblem) -> [ArchiveExtent] {
    guard numbers.count.isMultiple(of: 2) else { throw .sparseMap("an offset without a length") }
    guard realSize >= 0 else { throw .sparseMap("a negative size") }
    var extents: [ArchiveExtent] = []
    var (end, place): (Int64, Int64) = (0, 0)
    for index in stride(from: 0, to: numbers.count, by: 2) {
      let (start, count) = (numbers[index], numbers[index + 1])
      guard start >= end, count >= 0, start <= realSize, count <= realSize - start else {
        throw .sparseMap("pieces that overlap, or lie behind the file's end")
      }
      guard count <= stored - place else { throw .sparseMap("its pieces have more bytes than the archive") }
      if count > 0 { extents.append(ArchiveExtent(offset: offset + place, start: start, count: count)) }
      (end, place) = (start + count, place + count)
    }
    guard place == stored else { throw .sparseMap("its pieces have fewer bytes than the archive") }
    return extents
  }
}
