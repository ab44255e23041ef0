import Foundation

/// Zeroed memory that starts on a cache line, and on a huge page where it is large: weights that are streamed once
/// an image cost one address translation for 2 MiB then, not for 4 KiB.
///
/// `@unchecked Sendable`: who shares it says who writes when.
final class AlignedMemory: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let size: Int

  private static let cacheLine = 64
  private static let hugePage = 2 << 20

  init(size: Int) {
    let isLarge = size >= 2 * Self.hugePage
    let unit = isLarge ? Self.hugePage : Self.cacheLine
    self.size = max(unit, (size + unit - 1) / unit * unit)
    start = .allocate(byteCount: self.size, alignment: unit)
    #if os(Linux)
      // Only advice: where it isn't taken, the memory is as good but slower.
      if isLarge { madvise(start, self.size, Int32(MADV_HUGEPAGE)) }
    #endif
    start.initializeMemory(as: UInt8.self, repeating: 0, count: self.size)
  }

  deinit { start.deallocate() }
}
