#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files under a folder, at any depth, in the order of their paths' bytes.
///
/// What starts with a dot is left out. A symbolic link to a file is that file. A link to a folder is followed where it
/// leads out of the root, each folder once; one that leads to the root, into it or above it is not: what is there is
/// found already, or is a loop.
struct FolderWalk {
  struct File {
    /// Relative to the root.
    let path: String
    /// Absolute.
    let location: String
    /// The nearest folder above it that is named by a wnid, the root with them.
    let wnid: String?
    let status: Result<FileStatus, CorpusError>
  }

  /// Resolved, absolute.
  let root: String
  /// By a file's name.
  private let isWanted: (ArraySlice<UInt8>) -> Bool
  /// Told of each file that is not wanted.
  private let passOver: (ArraySlice<UInt8>) -> Void

  /// Folders deeper than this are not held open, for a process may open only so many.
  private static let deepest = 200

  /// - Throws: `CorpusError` when there is no such folder.
  init(
    _ path: String, isWanted: @escaping (ArraySlice<UInt8>) -> Bool,
    passOver: @escaping (ArraySlice<UInt8>) -> Void = { _ in }
  ) throws(CorpusError) {
    root = try Self.resolve(path)
    guard try FileStatus.of(root).kind == .folder else {
      throw .unreadable(path: path, reason: "not a folder")
    }
    self.isWanted = isWanted
    self.passOver = passOver
  }

  /// A path without links, absolute.
  static func resolve(_ path: String) throws(CorpusError) -> String {
    guard let resolved = realpath(path, nil) else { throw CorpusError(errno: errno, path: path) }
    defer { free(resolved) }
    guard let text = String(validatingCString: resolved) else { throw .nameNotUTF8(path: path) }
    return text
  }

  /// - Parameter remark: takes what a person should know of links that are not followed.
  func run(_ visit: (File) throws -> Void, remark: (String) throws -> Void = { _ in }) throws {
    var followed: Set<FileIdentity> = []
    let name = root.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed()
    let top = Folder(path: "", location: root, wnid: WNID.parse(Array(name)[...]), isLinked: false, depth: 0)
    try walk(top, &followed, visit, remark)
  }

  private struct Folder {
    /// Relative to the root; ends in "/" but for the root, which is empty.
    var path: String
    var location: String
    var wnid: String?
    /// Whether a link was followed on the way here.
    var isLinked: Bool
    var depth: Int
  }

  private func walk(
    _ folder: Folder, _ followed: inout Set<FileIdentity>, _ visit: (File) throws -> Void,
    _ remark: (String) throws -> Void
  ) throws {
    let listing: FolderListing
    do throws(CorpusError) {
      if folder.depth > Self.deepest {
        throw .unreadable(path: folder.location, reason: "folders more than \(Self.deepest) deep")
      }
      listing = try FolderListing(folder.location)
    } catch {
      if folder.path.isEmpty { throw error }
      // A folder that went away holds nothing; one that may not be read might.
      if case .missing = error { return }
      let file = File(
        path: folder.path, location: folder.location, wnid: folder.wnid, status: .failure(error))
      return try visit(file)
    }
    for index in 0..<listing.count { try visitName(index, of: listing, in: folder, &followed, visit, remark) }
  }

  private func visitName(
    _ index: Int, of listing: FolderListing, in folder: Folder, _ followed: inout Set<FileIdentity>,
    _ visit: (File) throws -> Void, _ remark: (String) throws -> Void
  ) throws {
    let bytes = listing.name(index)
    let listed = listing.kind(index)
    let isWanted = isWanted(bytes)
    if !isWanted && (listed == .file || listed == .other) {
      if listed == .file { passOver(bytes) }
      return
    }
    guard let name = String(validating: bytes, as: UTF8.self) else {
      let path = folder.path + EscapedName.text(bytes)
      let error = CorpusError.nameNotUTF8(path: path)
      return try visit(
        File(path: path, location: folder.location, wnid: folder.wnid, status: .failure(error)))
    }
    let location = folder.location == "/" ? "/" + name : folder.location + "/" + name
    func report(_ status: Result<FileStatus, CorpusError>) throws {
      try visit(File(path: folder.path + name, location: location, wnid: folder.wnid, status: status))
    }
    let status: FileStatus
    do {
      status = try listing.status(index, path: location)
    } catch {
      // What was listed a moment ago and is gone was never here; a link that leads nowhere is a finding.
      if case .missing = error, listed != .link { return }
      if isWanted { return try report(.failure(error)) }
      // Behind a link of another name may be a folder.
      switch error {
      case .missing: return try remark("\(location): a link to what is not there")
      case .permissionDenied: return try report(.failure(error))
      default: return try remark("\(error)")
      }
    }
    switch status.kind {
    case .file: if isWanted { try report(.success(status)) } else { passOver(bytes) }
    case .other: if isWanted { try report(.failure(.notAFile(path: location))) }
    case .folder:
      let isLink = listed == .link || (listed == .unknown && Self.isLink(location))
      let inner = Folder(
        path: folder.path + name + "/", location: location, wnid: WNID.parse(bytes) ?? folder.wnid,
        isLinked: folder.isLinked || isLink, depth: folder.depth + 1)
      if isLink && overlapsRoot(location) {
        return try remark(
          "\(location): a link into the corpus itself, or to what it lies in, is not followed")
      }
      if inner.isLinked && !followed.insert(status.identity).inserted {
        return try remark("\(location): links lead here a second time; it is read under its first name alone")
      }
      try walk(inner, &followed, visit, remark)
    }
  }

  /// Whether a link leads to the root, into it, or to a folder above it.
  private func overlapsRoot(_ location: String) -> Bool {
    guard let target = try? Self.resolve(location) else { return true }
    func contains(_ outer: String, _ inner: String) -> Bool {
      outer == inner || inner.hasPrefix(outer == "/" ? "/" : outer + "/")
    }
    return contains(root, target) || contains(target, root)
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
