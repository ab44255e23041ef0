import Foundation

/// Zeroed memory that starts on a cache line, and on a huge page where it is large: weights that are streamed once
/// an image cost one address translation for 2 MiB then, not for 4 KiB.
///
/// `@unchecked Sendable`: who shares it says who writes when.
final class AlignedMemory: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let size: Int
  private let mapping: (start: UnsafeMutableRawPointer, size: Int)?

  private static let cacheLine = 64
  private static let hugePage = 2 << 20

  init(size: Int) {
    if size >= 2 * Self.hugePage, let mapping = Self.map(size + Self.hugePage) {
      // The system's pages are zeros already: they cost their memory only when they are touched.
      let skipped = (Self.hugePage - Int(bitPattern: mapping) % Self.hugePage) % Self.hugePage
      self.mapping = (mapping, size + Self.hugePage)
      self.size = size
      start = mapping + skipped
      #if os(Linux)
        // Only advice: where it isn't taken, the memory is as good but slower.
        madvise(start, size, Int32(MADV_HUGEPAGE))
      #endif
    } else {
      mapping = nil
      self.size = max(Self.cacheLine, size)
      start = .allocate(byteCount: self.size, alignment: Self.cacheLine)
      start.initializeMemory(as: UInt8.self, repeating: 0, count: self.size)
    }
  }

  private static func map(_ size: Int) -> UnsafeMutableRawPointer? {
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_ANONYMOUS
    #else
      let flags = MAP_PRIVATE | MAP_ANON
    #endif
    let mapping = mmap(nil, size, PROT_READ | PROT_WRITE, Int32(flags), -1, 0)
    return mapping == MAP_FAILED ? nil : mapping
  }

  deinit {
    if let mapping { munmap(mapping.start, mapping.size) } else { start.deallocate() }
  }
}
