import Gzip

/// A gzip'd archive, unpacked as it is read (RFC 1952; several members after one another are one stream).
///
/// `mark` keeps the state of the decompression, so that a later read may go on from there rather than from the
/// beginning. One thread at a time reads from a stream: who keeps it sees to that.
final class GzipStream: ArchiveStream, @unchecked Sendable {
  let archive: ArchiveFile
  private(set) var position: Int64
  private let file: OpenFile
  private let decoder: GzipDecoder
  /// Of the packed byte after those the decoder was given.
  private var inputEnd: Int64
  /// Unpacked bytes that nobody has read yet.
  private var output = [UInt8](repeating: 0, count: GzipStream.pieceSize)
  private var outputStart = 0
  private var outputEnd = 0
  private var isAtEnd = false

  private static let pieceSize = 64 << 10

  init(_ archive: ArchiveFile) throws(CorpusError) {
    self.archive = archive
    file = try OpenFile(archive.path)
    try file.check(archive)
    guard let decoder = GzipDecoder() else { throw archive.error(.gzip("no memory for it"), at: 0) }
    self.decoder = decoder
    (position, inputEnd) = (0, 0)
  }

  /// A place to go on from: after what the stream has unpacked so far.
  struct Mark: Sendable {
    let position: Int64
    fileprivate let inputOffset: Int64
    fileprivate let decoder: GzipDecoder
  }

  /// Nil where there is no memory for it, or no more to read.
  func mark() -> Mark? {
    guard !isAtEnd, let copy = decoder.copy() else { return nil }
    return Mark(
      position: position + Int64(outputEnd - outputStart), inputOffset: inputEnd - Int64(decoder.unused),
      decoder: copy)
  }

  /// Goes on from a mark of a stream of the same archive.
  init?(_ archive: ArchiveFile, from mark: Mark) throws(CorpusError) {
    self.archive = archive
    file = try OpenFile(archive.path)
    try file.check(archive)
    guard let decoder = mark.decoder.copy() else { return nil }
    self.decoder = decoder
    (position, inputEnd) = (mark.position, mark.inputOffset)
  }

  func read(_ count: Int) throws(CorpusError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(count, 1 << 20))
    while bytes.count < count, try fill() {
      let taken = min(count - bytes.count, outputEnd - outputStart)
      bytes.append(contentsOf: output[outputStart..<outputStart + taken])
      outputStart += taken
      position += Int64(taken)
    }
    return bytes
  }

  func skip(_ count: Int64) throws(CorpusError) -> Int64 {
    var skipped: Int64 = 0
    while skipped < count, try fill() {
      let taken = Int(min(count - skipped, Int64(outputEnd - outputStart)))
      outputStart += taken
      position += Int64(taken)
      skipped += Int64(taken)
    }
    return skipped
  }

  /// Unpacks some more where nothing is left; false at the end.
  private func fill() throws(CorpusError) -> Bool {
    while outputStart == outputEnd {
      if isAtEnd { return false }
      switch decoder.next(into: &output) {
      case .unpacked(let count): (outputStart, outputEnd) = (0, count)
      case .ended: isAtEnd = true
      case .needsInput:
        let packed = try file.read(Self.pieceSize, at: inputEnd)
        inputEnd += Int64(packed.count)
        decoder.give(packed)
      case .cutOff: throw archive.error(.gzip("the file ends in the middle of it"), at: position)
      case .damaged(let reason, let count): throw archive.error(.gzip(reason), at: position + Int64(count))
      }
    }
    return true
  }
}
