/// The images under a folder, at any depth, in the order of their paths' bytes.
///
/// Files count whose names end in .jpg, .jpeg or .png, in any case. An image's class is the nearest folder above it
/// that is named by a wnid, `n` and eight digits; without one it has none. Links are followed as `FolderWalk` says.
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
    root = try FolderWalk(path) { _ in false }.root
    self.labelling = labelling
    self.layout = layout
  }

  public func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws {
    let labeller = labelling.labeller()
    try FolderWalk(root, isWanted: ImageName.isImage).run { file in
      let label = try labeller.label(of: file.path, wnid: file.wnid)
      switch file.status {
      case .success(let status):
        try visit(
          .image(
            CorpusEntry(
              path: file.path, location: .file(file.location), label: label, size: status.size,
              modified: status.modified)))
      case .failure(let error):
        try visit(
          .image(CorpusEntry(path: file.path, location: .file(file.location), label: label, problem: error)))
      }
    }
    try labeller.finish()
  }
}
