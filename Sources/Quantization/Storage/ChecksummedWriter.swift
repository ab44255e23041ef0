import Digest

/// Passes bytes on and ends with their checksums: a CRC-32C of every 64 KiB, and one of those.
///
/// Pieces are short, so that a damaged place can be told, and are checked at the speed of memory: a large network is
/// checked whole each time it starts.
struct ChecksummedWriter {
  static let pieceSize = 64 << 10

  private(set) var count = 0
  private var piece = CRC32C()
  private var checksums: [UInt32] = []
  private let sink: (UnsafeRawBufferPointer) throws -> Void

  init(to sink: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.sink = sink }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    try sink(bytes)
    var rest = bytes[...]
    while !rest.isEmpty {
      let taken = min(Self.pieceSize - count % Self.pieceSize, rest.count)
      piece.update(UnsafeRawBufferPointer(rebasing: rest.prefix(taken)))
      rest = rest.dropFirst(taken)
      count += taken
      if count % Self.pieceSize == 0 { endPiece() }
    }
  }

  mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Zeros up to a multiple of `unit`.
  mutating func pad(to unit: Int) throws {
    try write([UInt8](repeating: 0, count: (unit - count % unit) % unit))
  }

  mutating func finish() throws {
    if count % Self.pieceSize != 0 { endPiece() }
    let table = Self.table(checksums)
    try table.withUnsafeBytes { try sink($0) }
  }

  private mutating func endPiece() {
    checksums.append(piece.value)
    piece = CRC32C()
  }

  /// How many bytes follow `count` bytes of contents.
  static func tableSize(contents count: Int) -> Int { 4 * ((count + pieceSize - 1) / pieceSize + 1) }

  private static func table(_ checksums: [UInt32]) -> [UInt8] {
    var table = checksums.flatMap { checksum in withUnsafeBytes(of: checksum.littleEndian) { Array($0) } }
    let last = table.withUnsafeBytes { CRC32C.of($0) }
    withUnsafeBytes(of: last.littleEndian) { table.append(contentsOf: $0) }
    return table
  }

  /// The first byte of the first piece of contents that is not as it was written; nil where all are.
  ///
  /// - Parameters:
  ///   - bytes: contents and their table of checksums.
  ///   - contents: how many of them are contents; `bytes` has room for the table behind.
  static func firstDamage(in bytes: NetworkBytes, contents: Int) -> Int? {
    let table = bytes[contents..<bytes.count].withUnsafeBytes { table in
      stride(from: 0, to: table.count, by: 4).map {
        UInt32(littleEndian: table.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
    let last = bytes[contents..<bytes.count - 4].withUnsafeBytes { CRC32C.of($0) }
    guard last == table.last else { return contents }
    for (index, checksum) in table.dropLast().enumerated() {
      let piece = index * pieceSize..<min(contents, (index + 1) * pieceSize)
      guard bytes[piece].withUnsafeBytes({ CRC32C.of($0) }) == checksum else { return piece.lowerBound }
      // A file may be larger than what is used of it, and than the memory there is.
      if (index + 1) % releasedPieces == 0 {
        bytes.release(piece.upperBound - releasedPieces * pieceSize..<piece.upperBound)
      }
    }
    return nil
  }

  private static let releasedPieces = 256
}
