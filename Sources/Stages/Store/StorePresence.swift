import Foundation

/// Whether a store is still where it was opened. A deleted or moved file goes on taking what is written to it, and
/// all of that ends with the process.
public struct StorePresence: Sendable {
  private let path: String
  private let device: UInt64
  private let inode: UInt64

  /// Nil where there is no such file.
  public init?(_ path: String) {
    guard let (device, inode) = Self.look(path) else { return nil }
    self.path = path
    self.device = device
    self.inode = inode
  }

  public var isThere: Bool { Self.look(path).map { $0 == (device, inode) } ?? false }

  private static func look(_ path: String) -> (UInt64, UInt64)? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
  }
}
