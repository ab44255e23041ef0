import CZlib

/// Data in zlib's own wrapping (RFC 1950), as a whole.
public enum ZlibData {
  public enum Problem: Error, Sendable, Hashable {
    /// It unpacks to more than was allowed.
    case tooLarge
    /// Why it can't be unpacked, also where it ends too early.
    case damaged(reason: String)
  }

  /// - Parameters:
  ///   - packed: one stream; what follows it is passed over.
  ///   - limit: as many bytes may come of it.
  public static func unpack(_ packed: some Collection<UInt8>, limit: Int) throws(Problem) -> [UInt8] {
    var stream = z_stream()
    guard synoptic_zlib_begin(&stream) == Z_OK else { throw .damaged(reason: "no memory for it") }
    defer { inflateEnd(&stream) }
    var input = Array(packed)
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(max(limit, 1), 1 << 16))
    let code = input.withUnsafeMutableBufferPointer { input -> Int32 in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      return piece.withUnsafeMutableBufferPointer { piece in
        var code = Z_OK
        while code == Z_OK, output.count <= limit {
          stream.next_out = piece.baseAddress
          stream.avail_out = UInt32(piece.count)
          code = inflate(&stream, Z_NO_FLUSH)
          output += piece.prefix(piece.count - Int(stream.avail_out))
        }
        return code
      }
    }
    if output.count > limit { throw .tooLarge }
    if code == Z_STREAM_END { return output }
    throw .damaged(reason: stream.msg.map { String(cString: $0) } ?? "it ends too early")
  }
}
