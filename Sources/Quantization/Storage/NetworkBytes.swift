import Network

/// Bytes that a quantised network reads: made in memory, or mapped from its file, where they come in when touched.
struct NetworkBytes: Sendable {
  private enum Storage {
    case memory([UInt8])
    case file(MappedFile)
  }

  private let storage: Storage
  private let range: Range<Int>

  init(_ bytes: [UInt8]) {
    storage = .memory(bytes)
    range = bytes.indices
  }

  init(_ file: MappedFile) {
    storage = .file(file)
    range = 0..<file.count
  }

  private init(_ storage: Storage, _ range: Range<Int>) {
    self.storage = storage
    self.range = range
  }

  var count: Int { range.count }

  /// A part of these bytes, shared and not copied.
  ///
  /// - Precondition: `part` lies within `0..<count`.
  subscript(part: Range<Int>) -> NetworkBytes {
    NetworkBytes(storage, part.lowerBound + range.lowerBound..<part.upperBound + range.lowerBound)
  }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch storage {
    case .memory(let bytes):
      return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    case .file(let file):
      return try file.withBytes { bytes throws in try body(UnsafeRawBufferPointer(rebasing: bytes[range])) }
    }
  }

  /// Says that a part won't be read again soon: a file's pages need no memory until they are.
  func release(_ part: Range<Int>) {
    guard case .file(let file) = storage else { return }
    file.release(part.lowerBound + range.lowerBound..<part.upperBound + range.lowerBound)
  }

  /// Where the bytes lie as long as this value, or a copy of it, is there; nil where they are not in a file.
  var mappedAddress: UnsafeRawPointer? {
    guard case .file(let file) = storage else { return nil }
    return file.withBytes { bytes in bytes.baseAddress.map { $0 + range.lowerBound } }
  }
}
