/// A tar archive's members in their order, without reading what they hold.
///
/// Reads ustar, GNU tar's and pax's long names and numbers, files with holes in all of GNU tar's forms, star and the
/// seventh edition's headers. What is damaged is told with the archive, the offset and the member it came to.
struct TarReader {
  enum Kind {
    case file
    /// To an earlier member.
    case hardLink([UInt8])
    case symbolicLink([UInt8])
    /// Devices and pipes.
    case special
    /// Folders, labels, lists of folders.
    case other
  }

  struct Member {
    let name: [UInt8]
    let kind: Kind
    /// Of its header.
    let headerOffset: Int64
    /// Of the file, holes with it.
    let size: Int64
    let extents: [ArchiveExtent]
    /// How many of its bytes lie behind the end of an archive in an archive, where they are another's.
    var missing: Int64 = 0

    /// As text: bytes that are not UTF-8 as %XX.
    var text: String { String(validating: name, as: UTF8.self) ?? EscapedName.text(name[...]) }
  }

  /// More than any path or pax header of a real archive has; a hostile one is refused before it costs memory.
  static let longestHeader = 1 << 20
  /// Zeros behind the end marker that are read, in search of another archive joined to this one.
  private static let longestPadding = 1 << 20

  private let stream: any ArchiveStream
  private let depth: Int
  /// Where the archive ends that contains this one; nil for the outermost.
  private let end: Int64?
  private var nextHeader: Int64
  private var lastMember: String?
  private var global = PaxRecords()
  private var isFinished = false

  private var archive: ArchiveFile { stream.archive }

  init(_ stream: any ArchiveStream) {
    self.init(stream, depth: 0, from: stream.position, end: nil)
  }

  /// A tar that is a member of another, in the same stream.
  ///
  /// - Precondition: nothing of it has been read yet.
  init(_ member: Member, of outer: TarReader) {
    let offset = member.extents.first?.offset ?? outer.stream.position
    let end = min(offset + member.size, outer.end ?? .max)
    self.init(outer.stream, depth: outer.depth + 1, from: offset, end: end)
  }

  private init(_ stream: any ArchiveStream, depth: Int, from offset: Int64, end: Int64?) {
    self.stream = stream
    self.depth = depth
    self.end = end
    nextHeader = offset
  }

  /// How many archives this one lies in.
  var nesting: Int { depth }

  /// What is said of a member before its header comes.
  private struct Announced {
    var name: [UInt8]?
    var link: [UInt8]?
    var pax: PaxRecords
  }

  /// - Throws: `CorpusError.archive`; the archive can't be read on from there.
  mutating func next() throws(CorpusError) -> Member? {
    if isFinished { return nil }
    do throws(CorpusError) {
      let member = try readMember()
      if let member { lastMember = member.text } else { isFinished = true }
      return member
    } catch {
      isFinished = true
      throw error
    }
  }

  private mutating func readMember() throws(CorpusError) -> Member? {
    var announced = Announced(pax: global)
    while true {
      try advance(to: nextHeader)
      let offset = stream.position
      guard let header = try readHeader() else { return nil }
      guard let size = header.size, size >= 0 else { throw failure(.number(field: "size"), at: offset) }
      switch header.type {
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        try add(try readData(size, at: offset), to: &announced.pax, at: offset)
      case UInt8(ascii: "g"):
        try add(try readData(size, at: offset), to: &global, at: offset)
        announced.pax = global
      case UInt8(ascii: "L"): announced.name = Self.untilNUL(try readData(size, at: offset))
      case UInt8(ascii: "K"): announced.link = Self.untilNUL(try readData(size, at: offset))
      default: return try member(header, announced, offset)
      }
    }
  }

  private func failure(_ problem: ArchiveProblem, at offset: Int64, member: String? = nil) -> CorpusError {
    archive.error(problem, at: offset, member: member ?? lastMember.map { "after \($0)" })
  }

  // MARK: - Blocks

  private func advance(to offset: Int64) throws(CorpusError) {
    let wanted = offset - stream.position
    guard wanted > 0 else { return }
    let skipped = try stream.skip(min(wanted, room))
    guard skipped == wanted else {
      let missing = wanted - skipped
      // The padding behind the last member is nobody's data.
      if missing < TarHeader.blockSize { throw failure(.noEndMarker, at: stream.position) }
      throw archive.error(.truncated(missing: missing), at: stream.position, member: lastMember)
    }
  }

  /// Bytes before the archive's end, where that is known. What follows an archive in an archive is the outer one's.
  private var room: Int64 { end.map { max(0, $0 - stream.position) } ?? .max }

  /// The next bytes, or what is left of them before the end.
  private func read(_ count: Int) throws(CorpusError) -> [UInt8] {
    try stream.read(Int(min(Int64(count), room)))
  }

  private func readBlock() throws(CorpusError) -> [UInt8] { try read(TarHeader.blockSize) }

  /// Nil at the end of the archive.
  private mutating func readHeader() throws(CorpusError) -> TarHeader? {
    let offset = stream.position
    let block = try readBlock()
    if block.isEmpty && offset > 0 && lastMember != nil { throw failure(.noEndMarker, at: offset) }
    guard block.count == TarHeader.blockSize else {
      if lastMember == nil { throw failure(.notATar, at: offset) }
      throw failure(.truncated(missing: Int64(TarHeader.blockSize - block.count)), at: offset)
    }
    let header = TarHeader(block)
    if header.isZero {
      try finish()
      return nil
    }
    guard header.hasRightChecksum else {
      throw failure(lastMember == nil ? .notATar : .checksum, at: offset)
    }
    nextHeader = stream.position
    return header
  }

  /// After the first block of zeros: one more should follow, and padding of zeros up to a multiple of 10 KiB, or of as
  /// much as whoever wrote it liked.
  private func finish() throws(CorpusError) {
    for _ in 0..<Self.longestPadding / TarHeader.blockSize {
      let offset = stream.position
      let block = try readBlock()
      if block.isEmpty { return }
      if block.contains(where: { $0 != 0 }) { throw failure(.trailing, at: offset) }
    }
  }

  /// The data of a header that says something of the next.
  private mutating func readData(_ size: Int64, at offset: Int64) throws(CorpusError) -> [UInt8] {
    guard size <= Self.longestHeader else {
      throw failure(.nameTooLong(limit: Self.longestHeader), at: offset)
    }
    let data = try read(Int(size))
    guard data.count == Int(size) else {
      throw failure(.truncated(missing: size - Int64(data.count)), at: stream.position)
    }
    nextHeader = Self.padded(stream.position, from: nextHeader)
    return data
  }

  private func add(
    _ data: [UInt8], to records: inout PaxRecords, at offset: Int64
  ) throws(CorpusError) {
    do throws(ArchiveProblem) {
      try records.add(data)
    } catch {
      throw failure(error, at: offset)
    }
  }

  /// The end of data that began at `start`, filled up to a whole block.
  private static func padded(_ end: Int64, from start: Int64) -> Int64 {
    let block = Int64(TarHeader.blockSize)
    return start + (end - start + block - 1) / block * block
  }

  private static func untilNUL(_ bytes: [UInt8]) -> [UInt8] {
    Array(bytes[..<(bytes.firstIndex(of: 0) ?? bytes.endIndex)])
  }

  // MARK: - Members

  private mutating func member(
    _ header: TarHeader, _ announced: Announced, _ offset: Int64
  ) throws(CorpusError) -> Member {
    let pax = announced.pax
    let name = pax.sparse.name ?? pax.path ?? announced.name ?? header.name
    let text = Member(name: name, kind: .other, headerOffset: offset, size: 0, extents: []).text
    guard let size = pax.size ?? header.size, size >= 0, size <= .max - nextHeader - 512 else {
      throw failure(.number(field: "size"), at: offset, member: text)
    }
    let isLink = [UInt8(ascii: "1"), UInt8(ascii: "2")].contains(header.type)
    if isLink {
      if size > 0, header.type == UInt8(ascii: "1"), try !isHeaderNext() { skipData(size) }
      let target = pax.linkPath ?? announced.link ?? Array(header.linkName)
      return Member(
        name: name, kind: header.type == UInt8(ascii: "1") ? .hardLink(target) : .symbolicLink(target),
        headerOffset: offset, size: 0, extents: [])
    }
    switch header.type {
    // The types of devices, folders and pipes have no data, whatever their size says.
    case UInt8(ascii: "5"):
      return Member(name: name, kind: .other, headerOffset: offset, size: 0, extents: [])
    case UInt8(ascii: "3")...UInt8(ascii: "6"):
      return Member(name: name, kind: .special, headerOffset: offset, size: 0, extents: [])
    case let type where !Self.typesOfNoFile.contains(type):
      // Types that nobody knows are of files, as POSIX wants it.
      let file = try file(header, pax, name, offset, size)
      // Old archives mark a folder by its name alone.
      let isFolder = name.last == 0x2f && header.type != UInt8(ascii: "S")
      return isFolder ? Member(name: name, kind: .other, headerOffset: offset, size: 0, extents: []) : file
    default:
      skipData(size)
      return Member(name: name, kind: .other, headerOffset: offset, size: 0, extents: [])
    }
  }

  /// Lists of folders, parts of files, names and labels of volumes, access rights, by GNU tar, star and Solaris.
  private static let typesOfNoFile = Set("ADEIMNVX".utf8)

  private mutating func skipData(_ size: Int64) {
    nextHeader = Self.padded(nextHeader + size, from: nextHeader)
  }

  /// Whether a header follows at once: of a hard link with a size, some archives hold the data, and some do not.
  private func isHeaderNext() throws(CorpusError) -> Bool {
    guard let plain = stream as? PlainStream, let file = try? OpenFile(plain.archive.path) else {
      return true
    }
    let block = try file.read(TarHeader.blockSize, at: stream.position)
    guard block.count == TarHeader.blockSize else { return true }
    let header = TarHeader(block)
    return header.isZero || header.hasRightChecksum
  }

  private mutating func file(
    _ header: TarHeader, _ pax: PaxRecords, _ name: [UInt8], _ offset: Int64, _ size: Int64
  ) throws(CorpusError) -> Member {
    let start = nextHeader
    var (map, dataStart): (SparseMap?, Int64) = (nil, start)
    do throws(ArchiveProblem) {
      if header.type == UInt8(ascii: "S") {
        (map, dataStart) = try oldSparseMap(header)
      } else if let major = pax.sparse.major, major >= 1 {
        (map, dataStart) = try sparseMapInData(pax, size)
      } else if pax.sparse.isPresent {
        map = SparseMap(numbers: pax.sparse.map, realSize: pax.sparse.realSize ?? -1)
      }
      // The old form's map lies before the data and is not counted in the size; that of form 1.0 is.
      let isMapCounted = header.type != UInt8(ascii: "S")
      nextHeader = Self.padded((isMapCounted ? start : dataStart) + size, from: start)
      let stored = isMapCounted ? size - (dataStart - start) : size
      let extents =
        try map?.extents(from: dataStart, stored: stored)
        ?? (size > 0 ? [ArchiveExtent(offset: start, start: 0, count: size)] : [])
      let dataEnd = extents.map { $0.offset + $0.count }.max() ?? start
      return Member(
        name: name, kind: .file, headerOffset: offset, size: map?.realSize ?? size, extents: extents,
        missing: end.map { max(0, dataEnd - $0) } ?? 0)
    } catch {
      let text = String(validating: name, as: UTF8.self) ?? EscapedName.text(name[...])
      throw failure(error, at: offset, member: text)
    }
  }

  /// GNU tar's own form: four pieces in the header, 21 in each block after it.
  private func oldSparseMap(_ header: TarHeader) throws(ArchiveProblem) -> (SparseMap, Int64) {
    guard let realSize = header.number(483, 12) else { throw .number(field: "size with holes") }
    var numbers: [Int64] = []
    func add(_ header: TarHeader, at start: Int, pieces: Int) throws(ArchiveProblem) {
      for piece in 0..<pieces where header.block[start + 24 * piece] != 0 {
        guard let offset = header.number(start + 24 * piece, 12),
          let count = header.number(start + 24 * piece + 12, 12)
        else { throw .sparseMap("a piece that is no number") }
        numbers += [offset, count]
      }
    }
    try add(header, at: 386, pieces: 4)
    var isExtended = header.block[482] != 0
    while isExtended {
      guard numbers.count <= PaxRecords.mostSparseNumbers else {
        throw .sparseMap("more than \(PaxRecords.mostSparseNumbers / 2) pieces")
      }
      guard let block = try? readBlock(), block.count == TarHeader.blockSize else {
        throw .sparseMap("the archive ends in it")
      }
      let more = TarHeader(block)
      try add(more, at: 0, pieces: 21)
      isExtended = block[504] != 0
    }
    return (SparseMap(numbers: numbers, realSize: realSize), stream.position)
  }

  /// Form 1.0: the map is text before the data, filled up to whole blocks.
  private func sparseMapInData(_ pax: PaxRecords, _ size: Int64) throws(ArchiveProblem) -> (SparseMap, Int64)
  {
    var numbers: [Int64] = []
    var count: Int64?
    var digits: [UInt8] = []
    var read: Int64 = 0
    while count.map({ Int64(numbers.count) < 2 * $0 }) ?? true {
      guard read < size, let block = try? readBlock(), block.count == TarHeader.blockSize else {
        throw .sparseMap("the archive ends in it")
      }
      read += Int64(block.count)
      for byte in block {
        if byte != 0x0a {
          digits.append(byte)
          if digits.count > 20 { throw .sparseMap("a number of more than 20 digits") }
          continue
        }
        guard let number = PaxRecords.decimal(digits[...]) else { throw .sparseMap("what is no number") }
        digits.removeAll(keepingCapacity: true)
        guard let known = count else {
          guard number <= PaxRecords.mostSparseNumbers / 2 else {
            throw .sparseMap("more than \(PaxRecords.mostSparseNumbers / 2) pieces")
          }
          count = number
          if number == 0 { break }
          continue
        }
        numbers.append(number)
        if Int64(numbers.count) == 2 * known { break }
      }
    }
    return (SparseMap(numbers: numbers, realSize: pax.sparse.realSize ?? -1), stream.position)
  }

  // MARK: - Contents

  /// A small member's bytes: must be called before the next member is asked for.
  ///
  /// - Returns: nil where it has more than `limit` bytes or holes.
  func contents(of member: Member, limit: Int) throws(CorpusError) -> [UInt8]? {
    guard member.size <= limit else { return nil }
    guard let extent = member.extents.first else { return [] }
    guard member.extents.count == 1, extent.count == member.size, extent.offset >= stream.position else {
      return nil
    }
    try advance(to: extent.offset)
    let bytes = try read(Int(extent.count))
    guard bytes.count == Int(extent.count) else {
      throw archive.error(
        .truncated(missing: extent.count - Int64(bytes.count)), at: stream.position, member: member.text)
    }
    return bytes
  }
}
