#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A text file's lines, in memory that does not grow with the file.
struct LineReader: ~Copyable {
  /// Longer lines are no manifest's.
  static let longestLine = 1 << 20

  private let path: String
  private let file: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// The number of the line that was read last, from 1.
  private(set) var line = 0

  init(_ path: String) throws(CorpusError) {
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw CorpusError(errno: errno, path: path) }
    self.path = path
  }

  deinit { close(file) }

  /// The next line without its end (`\n` or `\r\n`) and, on the first, without a byte order mark; nil at the
  /// end.
  mutating func next() throws(CorpusError) -> [UInt8]? {
    var text: [UInt8] = []
    while true {
      if start == end {
        let isFilled = try fill()
        if !isFilled && text.isEmpty { return nil }
        if !isFilled { break }
      }
      let newline = buffer[start..<end].firstIndex(of: 0x0a)
      text.append(contentsOf: buffer[start..<(newline ?? end)])
      start = newline.map { $0 + 1 } ?? end
      if text.count > Self.longestLine {
        throw .manifest(file: path, line: line + 1, reason: "a line of more than \(Self.longestLine) bytes")
      }
      if newline != nil { break }
    }
    line += 1
    if text.last == 0x0d { text.removeLast() }
    if line == 1 {
      if text.starts(with: [0xef, 0xbb, 0xbf]) { text.removeFirst(3) }
      if text.contains(0x0d) {
        throw .manifest(
          file: path, line: 1,
          reason: "its lines end in carriage returns alone; they should end in line feeds")
      }
    }
    return text
  }

  /// Refills the buffer; false at the end of the file.
  private mutating func fill() throws(CorpusError) -> Bool {
    if isAtEnd { return false }
    while true {
      let got = buffer.withUnsafeMutableBytes { bytes in
        #if canImport(Darwin)
          Darwin.read(file, bytes.baseAddress, bytes.count)
        #elseif canImport(Glibc)
          Glibc.read(file, bytes.baseAddress, bytes.count)
        #else
          Musl.read(file, bytes.baseAddress, bytes.count)
        #endif
      }
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw CorpusError(errno: errno, path: path) }
      (start, end, isAtEnd) = (0, got, got == 0)
      return got > 0
    }
  }
}
