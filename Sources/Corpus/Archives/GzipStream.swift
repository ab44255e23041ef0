import CZlib

/// A gzip'd archive, unpacked as it is read (RFC 1952; several members after one another are one stream).
///
/// `mark` keeps the state of the decompression, so that a later read may go on from there rather than from the
/// beginning. All of zlib's pointers stay in this file. One thread at a time reads from a stream: who keeps it sees to that.
final class GzipStream: ArchiveStream, @unchecked Sendable {
  let archive: ArchiveFile
  private(set) var position: Int64
  private let file: OpenFile
  private let inflater: Inflater
  /// Compressed bytes that the inflater has not used yet.
  private var input: [UInt8] = []
  private var used = 0
  /// Of the compressed byte after `input`.
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
    guard let inflater = Inflater() else { throw archive.error(.gzip("no memory for it"), at: 0) }
    self.inflater = inflater
    (position, inputEnd) = (0, 0)
  }

  /// A place to go on from: after what the stream has unpacked so far.
  struct Mark: Sendable {
    let position: Int64
    fileprivate let inputOffset: Int64
    fileprivate let inflater: Inflater
  }

  /// Nil where there is no memory for it, or no more to read.
  func mark() -> Mark? {
    guard !isAtEnd, let copy = inflater.copy() else { return nil }
    return Mark(
      position: position + Int64(outputEnd - outputStart), inputOffset: inputEnd - Int64(input.count - used),
      inflater: copy)
  }

  /// Goes on from a mark of a stream of the same archive.
  init?(_ archive: ArchiveFile, from mark: Mark) throws(CorpusError) {
    self.archive = archive
    file = try OpenFile(archive.path)
    try file.check(archive)
    guard let inflater = mark.inflater.copy() else { return nil }
    self.inflater = inflater
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
      if used == input.count {
        input = try file.read(Self.pieceSize, at: inputEnd)
        inputEnd += Int64(input.count)
        used = 0
      }
      if input.isEmpty {
        throw archive.error(.gzip("the file ends in the middle of it"), at: position)
      }
      let result = inflater.inflate(input, from: &used, into: &output)
      (outputStart, outputEnd) = (0, result.count)
      switch result.status {
      case .goesOn: break
      case .memberEnds: isAtEnd = try !nextMember()
      case .damaged(let reason): throw archive.error(.gzip(reason), at: position + Int64(result.count))
      }
    }
    return true
  }

  /// Whether another gzip member follows; anything else behind the last, as padding, is passed over as gzip does.
  private func nextMember() throws(CorpusError) -> Bool {
    if input.count - used < 2 {
      let rest = Array(input[used...])
      input = rest + (try file.read(Self.pieceSize, at: inputEnd))
      inputEnd += Int64(input.count - rest.count)
      used = 0
    }
    guard input.count - used >= 2, input[used] == 0x1f, input[used + 1] == 0x8b else { return false }
    return inflater.reset()
  }
}

/// zlib's state, at one place in memory as zlib demands. That of a mark is only ever copied.
private final class Inflater: @unchecked Sendable {
  enum Status: Sendable {
    case goesOn
    case memberEnds
    case damaged(String)
  }

  private let stream: UnsafeMutablePointer<z_stream>

  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard synoptic_gzip_begin(stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  private init?(copyOf other: Inflater) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard inflateCopy(stream, other.stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func copy() -> Inflater? { Inflater(copyOf: self) }
  func reset() -> Bool { inflateReset(stream) == Z_OK }

  func inflate(
    _ input: [UInt8], from used: inout Int, into output: inout [UInt8]
  ) -> (count: Int, status: Status) {
    let start = used
    var code: Int32 = 0
    var left = 0
    let room = output.count
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + start })
        stream.pointee.avail_in = UInt32(input.count - start)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        code = CZlib.inflate(stream, Z_NO_FLUSH)
        left = Int(stream.pointee.avail_in)
        used = input.count - left
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
      }
    }
    let count = room - Int(stream.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: return (count, .goesOn)
    case Z_STREAM_END: return (count, .memberEnds)
    default:
      return (count, .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(code)"))
    }
  }
}
