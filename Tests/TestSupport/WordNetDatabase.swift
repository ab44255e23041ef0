import Foundation
import Testing

/// WordNet 3.0 as Debian's package wordnet-base has it, which `Scripts/test` unpacks.
public enum WordNetDatabase {
  /// Where data.noun is; nil where it was not unpacked.
  public static let folder: String? = {
    let unpacked = PackageRoot.url.appendingPathComponent(".cache/wordnet-3.0/usr/share/wordnet").path
    let stated = ProcessInfo.processInfo.environment["SYNOPTIC_WNDB"]
    return [stated, unpacked].compactMap(\.self).first {
      FileManager.default.fileExists(atPath: $0 + "/data.noun")
    }
  }()

  public static let reason: Comment =
    "needs WordNet 3.0, which Scripts/test unpacks (or its folder in SYNOPTIC_WNDB)"
}
