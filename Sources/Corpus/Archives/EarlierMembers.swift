/// The files an archive has had so far: what a hard link may mean, and which names come again.
///
/// Some 50 bytes a member; names themselves are not kept.
struct EarlierMembers {
  struct File {
    let size: Int64
    let extents: [ArchiveExtent]
  }

  private struct Place {
    let offset: Int64
    /// -1 for one with holes.
    let size: Int64
  }

  private var places: [PathDigest: Place] = [:]
  private var holed: [PathDigest: File] = [:]

  /// - Returns: whether a file of that name was there.
  mutating func insert(_ file: File, as key: String) -> Bool {
    let digest = PathDigest(key)
    let first = file.extents.first
    let isPlain =
      file.size == 0 || (file.extents.count == 1 && first?.start == 0 && first?.count == file.size)
    if !isPlain { holed[digest] = file }
    let place = Place(offset: first?.offset ?? 0, size: isPlain ? file.size : -1)
    return places.updateValue(place, forKey: digest) != nil
  }

  func file(_ key: String) -> File? {
    let digest = PathDigest(key)
    guard let place = places[digest] else { return nil }
    if place.size < 0 { return holed[digest] }
    let extent = ArchiveExtent(offset: place.offset, start: 0, count: place.size)
    return File(size: place.size, extents: place.size > 0 ? [extent] : [])
  }
}
