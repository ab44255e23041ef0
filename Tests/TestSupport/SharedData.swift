import Foundation

/// The folder of real photographs and networks that lies beside the checkout of those who develop Synoptic.
///
/// Tests that use it are enabled by `SharedData.isPresent`, so that a clone without it skips them.
public enum SharedData {
  public static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["SYNOPTIC_SHARED"] { return URL(fileURLWithPath: path) }
    return PackageRoot.url.deletingLastPathComponent().appendingPathComponent("shared")
  }()

  public static var isPresent: Bool { FileManager.default.fileExists(atPath: images.path) }

  public static var images: URL { folder.appendingPathComponent("data/images") }
  public static var structureXML: URL { folder.appendingPathComponent("data/structure.xml") }
  public static var efficientNetLite0: URL {
    folder.appendingPathComponent("data/models/efficientnet-lite0.onnx")
  }
  public static var networkZoo: URL { folder.appendingPathComponent("bench/zoo.py") }

  /// Every photograph, in path order.
  public static func photographs() throws -> [URL] {
    guard let files = FileManager.default.enumerator(at: images, includingPropertiesForKeys: nil) else {
      return []
    }
    return files.compactMap { $0 as? URL }
      .filter { ["jpg", "jpeg"].contains($0.pathExtension.lowercased()) }
      .sorted { $0.path < $1.path }
  }
}
