import CZlib

/// Unpacks gzip data (RFC 1952) piece by piece with zlib; members one after another are one text, as for gunzip.
final class GzipInflater {
  enum Status { case filled, needsInput, ended }

  static let magic: [UInt8] = [0x1F, 0x8B]

  private let path: String
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool
  private var packed: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  /// Between members: what follows may be another one, or nothing.
  private var isBetween = false

  init(path: String) {
    self.path = path
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    isReady = synoptic_gzip_begin(stream) == Z_OK
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deallocate()
  }

  /// The file's next bytes; none at its end.
  func give(_ bytes: [UInt8]) {
    packed = bytes
    position = 0
    isAtEnd = bytes.isEmpty
  }

  /// Fills `piece` with as much as there is; it is empty when the data has ended.
  func next(into piece: inout [UInt8]) throws(WordNetReadError) -> Status {
    guard isReady else { throw .unreadable(path: path, reason: "no memory for unpacking") }
    piece = []
    if isBetween {
      if position == packed.count { return isAtEnd ? .ended : .needsInput }
      inflateReset(stream)
      isBetween = false
    }
    if position == packed.count {
      guard isAtEnd else { return .needsInput }
      throw .unreadable(path: path, reason: "the gzip data ends before its end; the file may be cut off")
    }
    var status = Z_OK
    piece = [UInt8](unsafeUninitializedCapacity: FilePieces.pieceSize) { output, count in
      packed.withUnsafeMutableBufferPointer { input in
        stream.pointee.next_in = input.baseAddress.map { $0 + position }
        stream.pointee.avail_in = UInt32(input.count - position)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        status = inflate(stream, Z_NO_FLUSH)
        position = input.count - Int(stream.pointee.avail_in)
      }
      count = output.count - Int(stream.pointee.avail_out)
    }
    switch status {
    case Z_STREAM_END: isBetween = true
    case Z_OK, Z_BUF_ERROR: break
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
      throw .unreadable(path: path, reason: "the gzip data is damaged: \(reason)")
    }
    return piece.isEmpty ? try next(into: &piece) : .filled
  }
}
