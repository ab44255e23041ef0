#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The images under a folder, at any depth, in the order of their paths' bytes.
///
/// Files count whose names end in .jpg, .jpeg or .png, in any case; what starts with a dot is left out. An
/// image's class is the nearest folder above it that is named by a wnid, `n` and eight digits; without one it
/// has none. A symbolic link to a file is that file. A link to a folder is followed where it leads out of the
/// root, each folder once; one that leads to the root, into it or above it is not: what is there is listed
/// already, or is a loop.
public struct FolderSource: ImageSource {
  public let root: String

  /// - Throws: `CorpusError` when there is no such folder.
  public init(_ path: String) throws(CorpusError) {
    guard let resolved = realpath(path, nil) else { throw CorpusError(errno: errno, path: path) }
    defer { free(resolved) }
    guard let root = String(validatingCString: resolved) else { throw .nameNotUTF8(path: path) }
    guard try FileStatus.of(root).kind == .folder else {
      throw .unreadable(path: path, reason: "not a folder")
    }
    self.root = root
  }

  public func scan(_ visit: (CorpusEntry) throws -> Void) throws {
    var followed: Set<FileIdentity> = []
    let label = Self.wnid(root.utf8.suffix(while: { $0 != UInt8(ascii: "/") }))
    try scan(Folder(path: "", location: root, label: label, isLinked: false), &followed, visit)
  }

  private struct Folder {
    /// Relative to the root; ends in "/" but for the root, which is empty.
    var path: String
    var location: String
    var label: String?
    /// Whether a link was followed on the way here.
    var isLinked: Bool
  }

  private func scan(
    _ folder: Folder, _ followed: inout Set<FileIdentity>, _ visit: (CorpusEntry) throws -> Void
  ) throws {
    let listing: FolderListing
    do {
      listing = try FolderListing(folder.location)
    } catch {
      if folder.path.isEmpty { throw error }
      // A folder that went away holds nothing; one that may not be read might.
      if case .missing = error { return }
      try visit(problem(error, folder.path, folder))
      return
    }
    for index in 0..<listing.count {
      try visitName(listing.name(index), listing.kind(index), in: folder, &followed, visit)
    }
  }

  private func visitName(
    _ bytes: ArraySlice<UInt8>, _ listed: FolderListing.Kind, in folder: Folder,
    _ followed: inout Set<FileIdentity>, _ visit: (CorpusEntry) throws -> Void
  ) throws {
    let isImage = Self.hasImageExtension(bytes)
    if !isImage && (listed == .file || listed == .other) { return }
    guard let name = String(validating: bytes, as: UTF8.self) else {
      let path = folder.path + Self.escaped(bytes)
      try visit(problem(.nameNotUTF8(path: path), path, folder))
      return
    }
    let location = folder.location == "/" ? "/" + name : folder.location + "/" + name
    let status: FileStatus
    do {
      status = try FileStatus.of(location)
    } catch {
      // What was listed a moment ago and is gone was never here; a link that leads nowhere is a finding.
      if case .missing = error, listed != .link { return }
      if isImage { try visit(problem(error, folder.path + name, folder, location)) }
      return
    }
    switch status.kind {
    case .file where isImage:
      let entry = CorpusEntry(
        path: folder.path + name, location: location, label: folder.label, size: status.size,
        modified: status.modified)
      try visit(entry)
    case .other where isImage:
      try visit(problem(.notAFile(path: location), folder.path + name, folder, location))
    case .folder:
      let isLink = listed == .link || (listed == .unknown && Self.isLink(location))
      let inner = Folder(
        path: folder.path + name + "/", location: location, label: Self.wnid(bytes) ?? folder.label,
        isLinked: folder.isLinked || isLink)
      if isLink && overlapsRoot(location) { return }
      if inner.isLinked && !followed.insert(status.identity).inserted { return }
      try scan(inner, &followed, visit)
    default: return
    }
  }

  private func problem(
    _ error: CorpusError, _ path: String, _ folder: Folder, _ location: String? = nil
  ) -> CorpusEntry {
    CorpusEntry(path: path, location: location ?? folder.location, label: folder.label, problem: error)
  }

  /// Whether a link leads to the root, into it, or to a folder above it.
  private func overlapsRoot(_ location: String) -> Bool {
    guard let resolved = realpath(location, nil) else { return true }
    defer { free(resolved) }
    let target = String(cString: resolved)
    func contains(_ outer: String, _ inner: String) -> Bool {
      outer == inner || inner.hasPrefix(outer == "/" ? "/" : outer + "/")
    }
    return contains(root, target) || contains(target, root)
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The name as a label where it is `n` and eight digits.
  static func wnid(_ name: some Collection<UInt8>) -> String? {
    guard name.count == 9, name.first == UInt8(ascii: "n"),
      name.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return String(decoding: name, as: UTF8.self)
  }

  private static let imageExtensions: [[UInt8]] = [".jpg", ".jpeg", ".png"].map { Array($0.utf8) }

  static func hasImageExtension(_ name: ArraySlice<UInt8>) -> Bool {
    imageExtensions.contains { ending in
      name.count > ending.count
        && zip(name.suffix(ending.count), ending).allSatisfy { byte, expected in
          byte == expected || ((0x41...0x5a).contains(byte) && byte | 0x20 == expected)
        }
    }
  }

  /// A name with every byte outside ASCII as %XX.
  static func escaped(_ name: ArraySlice<UInt8>) -> String {
    let digits = Array("0123456789ABCDEF")
    return name.reduce(into: "") { text, byte in
      if byte < 0x80 {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}

extension Collection where Self: BidirectionalCollection {
  /// The longest ending all of whose elements satisfy the condition.
  fileprivate func suffix(while condition: (Element) -> Bool) -> SubSequence {
    var start = endIndex
    while start > startIndex, condition(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
