/// Sources by what is at a path.
public enum ImageSources {
  /// The source that a path names: a folder, or a manifest by its extension.
  ///
  /// - Parameter root: what a manifest's paths are relative to; the manifest's own folder without it. A
  /// folder is   its own root.
  /// - Throws: `CorpusError` when there is nothing, or nothing known, at the path.
  public static func open(_ path: String, root: String? = nil) throws(CorpusError) -> any ImageSource {
    if try FileStatus.of(path).kind == .folder { return try FolderSource(path) }
    if ArchiveWalk.isTar(path) {
      return ArchiveSource(try ArchiveList(at: path), labelling: .nearestWNID, layout: "tar archive")
    }
    return try ManifestSource(path, root: root)
  }
}
