import Digest

/// Half of a path's SHA-256: a million paths are told apart without keeping a million strings.
struct PathDigest: Hashable {
  private let high: UInt64
  private let low: UInt64

  init(_ path: String) {
    let bytes = SHA256.hash(Array(path.utf8)).bytes
    func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    high = word(0)
    low = word(8)
  }
}
