import Foundation

/// A file that appears under its name only when it is whole; what is not finished is removed.
final class PartialFile {
  private let path: String
  private let partialPath: String
  private let file: FileHandle
  private var pending = Data()
  private var isFinished = false

  /// Bytes gathered before they are written.
  private static let pieceSize = 1 << 20

  init(for path: String) throws(StoreError) {
    self.path = path
    partialPath = "\(path).partial-\(ProcessInfo.processInfo.processIdentifier)"
    guard FileManager.default.createFile(atPath: partialPath, contents: nil),
      let file = FileHandle(forWritingAtPath: partialPath)
    else {
      throw .cannotWrite(path: path, reason: "its folder isn't there or can't be written")
    }
    self.file = file
  }

  deinit {
    try? file.close()
    if !isFinished { try? FileManager.default.removeItem(atPath: partialPath) }
  }

  func append(_ data: Data) throws(StoreError) {
    pending.append(data)
    if pending.count >= Self.pieceSize { try flush() }
  }

  func overwriteStart(_ data: Data) throws(StoreError) {
    try flush()
    try attempt {
      try file.seek(toOffset: 0)
      try file.write(contentsOf: data)
      try file.seekToEnd()
    }
  }

  func finish() throws(StoreError) {
    try flush()
    try attempt {
      try file.synchronize()
      try file.close()
    }
    guard rename(partialPath, path) == 0 else {
      throw .cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
    isFinished = true
  }

  private func flush() throws(StoreError) {
    try attempt { try file.write(contentsOf: pending) }
    pending.removeAll(keepingCapacity: true)
  }

  private func attempt(_ body: () throws -> Void) throws(StoreError) {
    do { try body() } catch { throw .cannotWrite(path: path, reason: error.localizedDescription) }
  }
}
