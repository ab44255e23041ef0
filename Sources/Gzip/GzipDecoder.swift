import CZlib

/// Unpacks gzip data (RFC 1952) as it comes. Members one after another are one stream; what follows the last and is no
/// member, as padding, is passed over as gzip does.
///
///     let decoder = GzipDecoder()
///     decoder.give(packed)                       // again whenever it needs more; nothing at the end
///     let step = decoder.next(into: &output)
///
/// All of zlib's pointers stay in this file. One thread at a time uses a decoder: who keeps it sees to that.
public final class GzipDecoder: @unchecked Sendable {
  public enum Step: Sendable, Hashable {
    /// So many bytes at the output's beginning, never none.
    case unpacked(Int)
    /// All that was given is used.
    case needsInput
    case ended
    /// The data ends in the middle of a member.
    case cutOff
    /// Why, and how many bytes came before it.
    case damaged(reason: String, after: Int)
  }

  /// What gzip data begins with.
  public static let magic: [UInt8] = [0x1f, 0x8b]

  private enum Place {
    case inMember
    /// What follows may be another one, or nothing.
    case betweenMembers
    case ended
  }

  /// zlib demands that its state stay at one place in memory.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8] = []
  private var used = 0
  private var isLastInput = false
  private var place = Place.inMember

  /// Nil without memory for it.
  public init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard synoptic_gzip_begin(stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  private init?(copyOf other: GzipDecoder) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    place = other.place
    guard inflateCopy(stream, other.stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Another decoder that goes on from here, once it is given again what is `unused`. Nil without memory for it.
  public func copy() -> GzipDecoder? { GzipDecoder(copyOf: self) }

  /// How many of the bytes given have not been needed yet.
  public var unused: Int { input.count - used }

  /// The next packed bytes; none at the end of the data.
  public func give(_ packed: [UInt8]) {
    isLastInput = packed.isEmpty
    input = used == input.count ? packed : input[used...] + packed
    used = 0
  }

  /// Fills `output`, whose length does not change, as far as one step comes.
  public func next(into output: inout [UInt8]) -> Step {
    while true {
      switch place {
      case .ended: return .ended
      case .betweenMembers:
        if unused < Self.magic.count, !isLastInput { return .needsInput }
        let isMember = input[used...].starts(with: Self.magic) && inflateReset(stream) == Z_OK
        place = isMember ? .inMember : .ended
      case .inMember:
        if unused == 0 { return isLastInput ? .cutOff : .needsInput }
        let (count, code) = inflateOnce(into: &output)
        switch code {
        case Z_STREAM_END: place = .betweenMembers
        case Z_OK, Z_BUF_ERROR: break
        default:
          return .damaged(
            reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(code)", after: count)
        }
        if count > 0 { return .unpacked(count) }
      }
    }
  }

  private func inflateOnce(into output: inout [UInt8]) -> (count: Int, code: Int32) {
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + used })
        stream.pointee.avail_in = UInt32(input.count - used)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let code = inflate(stream, Z_NO_FLUSH)
        used = input.count - Int(stream.pointee.avail_in)
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        return (output.count - Int(stream.pointee.avail_out), code)
      }
    }
  }
}
