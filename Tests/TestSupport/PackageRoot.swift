import Foundation

/// The checkout the tests were built from.
public enum PackageRoot {
  public static let url: URL = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
