/// The images under a folder, at any depth, in the order of their paths' bytes.
///
/// Files count whose names end as JPEG's or PNG's do (`ImageName`), in any case; of others is said how many there are. An
/// image's class is the nearest folder above it that is named by a wnid, `n` and eight digits; without one it has none.
/// Links are followed as `FolderWalk` says.
public struct FolderSource: ImageSource {
  public let root: String
  public let layout: SourceLayout
  public let numbering: ClassNumbering?
  private let labelling: Labelling

  /// - Throws: `CorpusError` when there is no such folder.
  public init(_ path: String) throws(CorpusError) {
    try self.init(
      path, labelling: .nearestWNID, layout: SourceLayout(.folders, "classes as folders named by wnid"))
  }

  init(_ path: String, labelling: Labelling, layout: SourceLayout) throws(CorpusError) {
    numbering = labelling.numbering
    root = try FolderWalk(path, isWanted: { _ in false }).root
    self.labelling = labelling
    self.layout = layout
  }

  public func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws {
    let labeller = labelling.labeller()
    var unread = UnreadNames()
    let walk = try FolderWalk(root, isWanted: { ImageName.isImage($0) }, passOver: { unread.count($0) })
    try walk.run { file in
      let label = try labeller.label(of: file.path, wnid: file.wnid)
      let location = ImageLocation.file(file.location)
      let entry =
        switch file.status {
        case .success(let status):
          CorpusEntry(
            path: file.path, location: location, label: label, size: status.size, modified: status.modified)
        case .failure(let error):
          CorpusEntry(path: file.path, location: location, label: label, problem: error)
        }
      try visit(.image(entry))
    } remark: {
      try visit(.note($0))
    }
    if let note = unread.note { try visit(.note(note)) }
    try labeller.finish()
  }
}
