/// The archives of a source.
struct ArchiveList: Sendable {
  private enum Kind: Sendable {
    case one
    case folder
    /// Relative to the root.
    case named([String])
  }

  /// One archive, or the folder that names are relative to; absolute.
  let root: String
  private let kind: Kind

  struct Item {
    /// What its members' keys begin with.
    let prefix: String
    /// By the folders above it.
    let wnid: String?
    let archive: Result<ArchiveFile, CorpusError>
    let path: String

    /// Hands an archive that can't be read on as a finding.
    func report(to visit: (CorpusFinding) throws -> Void) throws -> ArchiveFile? {
      switch archive {
      case .success(let archive): return archive
      case .failure(let error):
        try visit(.image(CorpusEntry(path: path, location: .file(path), label: nil, problem: error)))
        return nil
      }
    }
  }

  /// - Parameter path: an archive or a folder of archives.
  init(at path: String) throws(CorpusError) {
    root = try FolderWalk.resolve(path)
    kind = try FileStatus.of(root).kind == .folder ? .folder : .one
  }

  /// - Parameter names: relative to the folder, in the order they are to be read.
  init(folder: String, names: [String]) throws(CorpusError) {
    root = try FolderWalk.resolve(folder)
    kind = .named(names)
  }

  func visit(_ visit: (Item) throws -> Void) throws {
    switch kind {
    case .one:
      // Nothing is left where the source itself can't be read: that is an error, not an item.
      let archive = try ArchiveFile(inspecting: root)
      let name = root.split(separator: "/").last.map(String.init) ?? ""
      let wnid = WNID.parse(name.utf8.prefix { $0 != UInt8(ascii: ".") })
      try visit(Item(prefix: "", wnid: wnid, archive: .success(archive), path: root))
    case .folder:
      try FolderWalk(root) { ArchiveWalk.isTar(String(decoding: $0, as: UTF8.self)) }.run { file in
        try visit(item(file.path, file.location, file.wnid, file.status.map { _ in () }))
      }
    case .named(let names):
      for name in names {
        try visit(item(name, root == "/" ? "/" + name : root + "/" + name, nil, .success(())))
      }
    }
  }

  private func item(_ path: String, _ location: String, _ wnid: String?, _ status: Result<Void, CorpusError>)
    -> Item
  {
    let archive = Result { () throws(CorpusError) -> ArchiveFile in
      try status.get()
      return try ArchiveFile(inspecting: location)
    }
    return Item(prefix: path + "/", wnid: wnid, archive: archive, path: path)
  }

  /// The first archive, to see what it is like.
  func first() throws -> ArchiveFile? {
    struct Found: Error {}
    var found: ArchiveFile?
    do {
      try self.visit { item in
        guard case .success(let archive) = item.archive else { return }
        found = archive
        throw Found()
      }
    } catch is Found {}
    return found
  }
}
