import Synchronization

/// Reading a compressed archive here and there: streams that were read from are kept, with marks along the way.
final class CompressedArchive: Sendable {
  private struct State: ~Copyable {
    /// Streams nobody reads from at the moment.
    var idle: [GzipStream] = []
    /// By position.
    var marks: [GzipStream.Mark] = []
    /// Unpacked bytes between marks: doubled when there are too many, so that memory stays bounded.
    var spacing: Int64 = 4 << 20
  }

  /// Some 40 KB each.
  private static let mostMarks = 256
  private static let mostIdle = 8

  private let archive: ArchiveFile
  private let state = Mutex(State())

  init(_ archive: ArchiveFile) { self.archive = archive }

  func read(_ extent: ArchiveExtent, member: String) throws(CorpusError) -> [UInt8] {
    let stream = try stream(before: extent.offset)
    while stream.position < extent.offset {
      let step = min(extent.offset - stream.position, state.withLock { $0.spacing } / 2)
      guard try stream.skip(step) == step else {
        throw archive.error(
          .truncated(missing: extent.offset - stream.position), at: stream.position, member: member)
      }
      keepMark(stream)
    }
    let bytes = try stream.read(Int(extent.count))
    guard bytes.count == Int(extent.count) else {
      throw archive.error(
        .truncated(missing: extent.count - Int64(bytes.count)), at: stream.position, member: member)
    }
    keepMark(stream)
    state.withLock { state in
      state.idle.append(stream)
      if state.idle.count > Self.mostIdle { state.idle.removeFirst() }
    }
    return bytes
  }

  /// The stream, or the mark, that is nearest before an offset.
  private func stream(before offset: Int64) throws(CorpusError) -> GzipStream {
    let found: (stream: GzipStream?, mark: GzipStream.Mark?) = state.withLock { state in
      let mark = state.marks.last { $0.position <= offset }
      let place = state.idle.indices.filter { state.idle[$0].position <= offset }
        .max { state.idle[$0].position < state.idle[$1].position }
      if let place, state.idle[place].position >= mark?.position ?? 0 {
        return (state.idle.remove(at: place), nil)
      }
      return (nil, mark)
    }
    if let stream = found.stream { return stream }
    if let mark = found.mark, let stream = try GzipStream(archive, from: mark) { return stream }
    return try GzipStream(archive)
  }

  private func keepMark(_ stream: GzipStream) {
    state.withLock { state in
      let position = stream.position
      let place = state.marks.firstIndex { $0.position > position } ?? state.marks.count
      let before = place > 0 ? state.marks[place - 1].position : 0
      let after = place < state.marks.count ? state.marks[place].position : .max
      guard position - before >= state.spacing, after - position >= state.spacing, let mark = stream.mark()
      else {
        return
      }
      state.marks.insert(mark, at: place)
      guard state.marks.count > Self.mostMarks else { return }
      state.spacing *= 2
      state.marks = state.marks.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
    }
  }
}
