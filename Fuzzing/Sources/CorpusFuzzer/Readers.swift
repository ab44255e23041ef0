import Foundation

@testable import Corpus

/// Archives, lists and annotations go through all that reads them. Errors are what should happen; a trap, a long time or
/// much memory is found.
enum Readers {
  /// The readers open files, so the bytes go to one in memory.
  private static func file(_ bytes: [UInt8], _ ending: String) -> String? {
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let path = "\(folder)/synoptic-fuzz-\(getpid()).\(ending)"
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return nil }
    _ = write(descriptor, bytes, bytes.count)
    close(descriptor)
    return path
  }

  static func readTar(_ bytes: [UInt8]) {
    guard let path = file(withRightChecksums(bytes), "tar") else { return }
    let reader = ImageReader()
    for options in [SourceOptions(), SourceOptions(layout: .archives), SourceOptions(layout: .webdataset)] {
      guard let source = try? ImageSources.open(path, options) else { continue }
      try? source.scan { entry in
        guard case .member(let member) = entry.location else { return }
        // Holes may stand for more than there is.
        let bytes = try? reader.bytes(of: entry.location, limit: 1 << 20)
        if let bytes, Int64(bytes.count) != member.size {
          fatalError("\(bytes.count) bytes of \(member.size)")
        }
      }
    }
  }

  static func readManifest(_ bytes: [UInt8]) {
    for ending in ["tsv", "csv", "jsonl"] {
      guard let path = file(bytes, ending) else { return }
      try? ManifestSource(path).scan { _ in }
    }
    guard let path = file(bytes, "txt") else { return }
    _ = try? ClassNumbers(contentsOf: path)
    if let truth = try? GroundTruth(path) {
      let labeller = truth.labeller()
      _ = try? labeller.label(of: "ILSVRC2012_val_00000001.JPEG", wnid: nil)
      _ = truth.numbering
    }
    _ = String(validating: bytes, as: UTF8.self).map { try? BracePattern.expand($0).count }
  }

  static func readBoxes(_ bytes: [UInt8]) {
    guard let annotation = try? BoxXMLReader.read(bytes, path: "input") else { return }
    _ = annotation.label
  }

  /// Few changes of a header would get past its checksum.
  private static func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, through: bytes.count - 512, by: 512) {
      guard bytes[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) else { continue }
      for index in 148..<156 { bytes[start + index] = 0x20 }
      var sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
      for index in (148..<154).reversed() {
        bytes[start + index] = 0x30 | UInt8(sum & 7)
        sum >>= 3
      }
      bytes[start + 154] = 0
    }
    return bytes
  }
}
