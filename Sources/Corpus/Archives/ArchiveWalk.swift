/// The members of an archive, those of archives within it with them, each under the key it is known by.
///
/// Names are only ever keys: no file is ever opened, made or looked for by one.
struct ArchiveWalk {
  enum Finding {
    case file(File)
    /// What can't be used; the rest of the archive can, unless the walk ends with it.
    case problem(key: String, CorpusError)
    case note(String)
  }

  struct File {
    /// The member's name, behind the names of the archives it is in: `n01440764.tar/n01440764_18.JPEG`.
    let key: String
    let location: ArchiveMember
    /// Whether a member of that name came before.
    let replacesEarlier: Bool
    /// Its bytes, where they are asked for.
    let contents: [UInt8]?
  }

  /// Archives in archives in archives: no real one has more.
  static let deepest = 4

  let archive: ArchiveFile
  /// What keys begin with: empty, or the archive's own path within its corpus and "/".
  let prefix: String
  /// Of which members the bytes are wanted, by key; up to 1 MB.
  private let wantsContents: (String) -> Bool
  private let isWanted: (String) -> Bool
  /// Told of each file that is not wanted.
  private let passOver: (String) -> Void

  init(
    _ archive: ArchiveFile, prefix: String, isWanted: @escaping (String) -> Bool,
    wantsContents: @escaping (String) -> Bool = { _ in false },
    passOver: @escaping (String) -> Void = { _ in }
  ) {
    self.archive = archive
    self.prefix = prefix
    self.isWanted = isWanted
    self.wantsContents = wantsContents
    self.passOver = passOver
  }

  /// - Returns: whether the archive was whole and sound.
  func run(_ visit: (Finding) throws -> Void) throws -> Bool {
    do {
      return try walk(TarReader(archive.stream()), prefix, isRepeated: false, visit)
    } catch let error as CorpusError {
      try visit(.problem(key: prefix.isEmpty ? archive.path : String(prefix.dropLast()), error))
      return false
    }
  }

  /// - Parameter isRepeated: whether an archive of this name came before within the same archive.
  private func walk(
    _ reader: TarReader, _ prefix: String, isRepeated: Bool, _ visit: (Finding) throws -> Void
  ) throws -> Bool {
    var reader = reader
    var isSound = true
    var earlier = EarlierMembers()
    while let member = try reader.next() {
      let key = Self.key(member.text)
      func report(_ problem: ArchiveProblem) throws {
        isSound = false
        try visit(
          .problem(key: prefix + key, archive.error(problem, at: member.headerOffset, member: member.text)))
      }
      func report(_ file: EarlierMembers.File, contents: [UInt8]? = nil) throws {
        let replaces = earlier.insert(file, as: key) || isRepeated
        guard isWanted(prefix + key) else { return passOver(key) }
        let location = ArchiveMember(
          archive: archive, name: prefix + key, size: file.size, extents: file.extents)
        try visit(
          .file(File(key: prefix + key, location: location, replacesEarlier: replaces, contents: contents)))
      }
      switch member.kind {
      case .other: continue
      case .special:
        if isWanted(prefix + key) { try report(.notAFile) }
      // Of an archive that is cut off itself, what is there can be read.
      case .file where member.missing > 0 && !Self.isTar(member.text):
        if isWanted(prefix + key) { try report(.truncated(missing: member.missing)) }
      case .symbolicLink(let target):
        if isWanted(prefix + key) { try report(.symbolicLink(Self.text(target))) }
      case .hardLink(let target):
        if let file = earlier.file(Self.key(Self.text(target))) {
          try report(file)
        } else if isWanted(prefix + key) {
          try report(.linkTarget(Self.text(target)))
        }
      case .file where Self.isTar(member.text):
        let file = EarlierMembers.File(size: member.size, extents: member.extents)
        let replaces = earlier.insert(file, as: key) || isRepeated
        isSound = try walkInner(member, of: reader, prefix + key, isRepeated: replaces, visit) && isSound
      case .file:
        if isWanted(prefix + key), String(validating: member.name, as: UTF8.self) == nil {
          try visit(.note("\(archive.path), member \(key): \(ArchiveProblem.nameNotUTF8)"))
        }
        let contents = wantsContents(prefix + key) ? try reader.contents(of: member, limit: 1 << 20) : nil
        try report(EarlierMembers.File(size: member.size, extents: member.extents), contents: contents)
      }
    }
    return isSound
  }

  /// Damage inside is the inner archive's alone: the outer one's headers say where it goes on.
  private func walkInner(
    _ member: TarReader.Member, of reader: TarReader, _ key: String, isRepeated: Bool,
    _ visit: (Finding) throws -> Void
  ) throws -> Bool {
    func refuse(_ reason: String) throws -> Bool {
      try visit(
        .problem(key: key, archive.error(.nested(reason), at: member.headerOffset, member: member.text)))
      return false
    }
    guard member.size > 0 else { return true }
    guard reader.nesting + 1 < Self.deepest else {
      return try refuse("archives more than \(Self.deepest) deep")
    }
    guard member.extents.count == 1, member.extents[0].count == member.size else {
      return try refuse("an archive with holes inside an archive is not read; unpack the outer one")
    }
    guard !Self.isCompressed(member.text) else {
      return try refuse("a compressed archive inside an archive is not read; unpack the outer one")
    }
    do {
      return try walk(TarReader(member, of: reader), key + "/", isRepeated: isRepeated, visit)
    } catch let error as CorpusError {
      guard case .archive = error else { throw error }
      try visit(.problem(key: key, error))
      return false
    }
  }

  /// Without `.` and empty parts, and without a slash before it, as programs that unpack leave it out.
  static func key(_ name: String) -> String {
    name.hasPrefix("./") || name.hasPrefix("/") || name.contains("//") || name.contains("/./")
      ? name.split(separator: "/").filter { $0 != "." }.joined(separator: "/") : name
  }

  static func text(_ name: [UInt8]) -> String {
    String(validating: name, as: UTF8.self) ?? EscapedName.text(name[...])
  }

  static func isTar(_ name: some StringProtocol) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".tar") || isCompressed(name)
  }

  static func isCompressed(_ name: some StringProtocol) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".tar.gz") || name.hasSuffix(".tgz")
  }
}
