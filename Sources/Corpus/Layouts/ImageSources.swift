/// Sources by what is at a path.
public enum ImageSources {
  /// The source that a path names: its layout as stated, or as recognised.
  ///
  /// - Parameters:
  ///   - path: a folder, an archive, a manifest, or archives as a pattern, `shard-{000..009}.tar`.
  /// - Throws: `CorpusError` when there is nothing, or nothing known, at the path, or it has not the layout stated.
  public static func open(
    _ path: String, _ options: SourceOptions = SourceOptions()
  ) throws -> any ImageSource {
    let source = try withoutBoxes(path, options)
    guard let boxes = try options.boxes ?? SourceRecognition.boxes(beside: source) else { return source }
    return AnnotatedSource(source, annotations: try AnnotationFiles(boxes))
  }

  private static func withoutBoxes(_ path: String, _ options: SourceOptions) throws -> any ImageSource {
    if BracePattern.isPattern(path), (try? FileStatus.of(path)) == nil {
      let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
      let names = try BracePattern.expand(
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
      )
      let archives = try ArchiveList(folder: folder.isEmpty ? "/" : folder, names: names)
      return try ofArchives(archives, "\(names.count) named by a pattern", options)
    }
    guard try FileStatus.of(path).kind == .folder else {
      if ManifestFormat(path: path) != nil, options.layout == nil || options.layout == .manifest {
        return try ManifestSource(path, root: options.root)
      }
      guard try SourceRecognition.isArchive(path) else { throw CorpusError.unknownKind(path: path) }
      return try ofArchives(try ArchiveList(at: path), "", options)
    }
    return try ofFolder(path, options)
  }

  private static func ofFolder(_ path: String, _ options: SourceOptions) throws -> any ImageSource {
    let seen = try SourceRecognition(folder: path)
    if seen.isOfArchives, options.layout != .folders {
      return try ofArchives(try ArchiveList(at: path), "a folder of them", options)
    }
    let truth = options.truth ?? (options.layout == nil || options.layout == .validation ? seen.truth : nil)
    let kind = options.layout ?? (truth != nil ? .validation : seen.layout)
    switch kind {
    case .archives, .webdataset:
      return try ofArchives(try ArchiveList(at: path), "a folder of them", options)
    case .validation:
      guard let truth else { throw CorpusError.unreadable(path: path, reason: SourceRecognition.noTruth) }
      return try FolderSource(
        path, labelling: Labelling(truth: truth),
        layout: SourceLayout(.validation, "a folder, classes by \(truth)"))
    case .folders, .unlabelled:
      let notes = options.layout == nil ? seen.notes : []
      return try FolderSource(
        path, labelling: options.layout == .unlabelled ? .none : .nearestWNID,
        layout: SourceLayout(
          kind, kind == .folders ? "classes as folders named by wnid" : "a folder", notes: notes))
    case .manifest: throw CorpusError.unknownKind(path: path)
    }
  }

  private static func ofArchives(
    _ archives: ArchiveList, _ which: String, _ options: SourceOptions
  ) throws -> any ImageSource {
    let seen = try SourceRecognition(archives: archives)
    let kind = options.layout ?? (options.truth != nil ? .validation : seen.layout)
    func layout(_ text: String) -> SourceLayout {
      let details = [which, text, seen.details].filter { !$0.isEmpty }.joined(separator: "; ")
      return SourceLayout(kind, details, notes: seen.notes)
    }
    switch kind {
    case .webdataset:
      return WebDatasetSource(archives, layout: layout("samples of key.jpg and key.cls or key.json"))
    case .validation:
      guard let truth = options.truth ?? seen.truth else {
        throw CorpusError.unreadable(path: archives.root, reason: SourceRecognition.noTruth)
      }
      return ArchiveSource(
        archives, labelling: try Labelling(truth: truth), layout: layout("classes by \(truth)"))
    case .archives: return ArchiveSource(archives, labelling: .nearestWNID, layout: layout(""))
    case .unlabelled:
      let isStated = options.layout == .unlabelled
      return ArchiveSource(archives, labelling: isStated ? .none : .nearestWNID, layout: layout(""))
    case .folders, .manifest:
      throw CorpusError.unreadable(
        path: archives.root, reason: "an archive can't be laid out as \(kind.rawValue)")
    }
  }
}
