/// The annotations in an archive, by the ends of their names.
struct AnnotationMembers {
  struct Found {
    /// Nil where several have names of that end.
    var member: ArchiveMember?
    /// How many folders of the name agree.
    var folders: Int
  }

  private static let several: Int32 = -1

  private var members: [ArchiveMember] = []
  /// Each whole name, without `.xml`.
  private var byName: [PathDigest: Int32] = [:]
  /// Each end of a name, without `.xml`: `x`, `b/x`, `a/b/x`.
  private var byEnd: [PathDigest: Int32] = [:]

  init(archive path: String) throws {
    let walk = ArchiveWalk(try ArchiveFile(inspecting: path), prefix: "", isWanted: { $0.hasSuffix(".xml") })
    _ = try walk.run { finding in
      switch finding {
      case .file(let file):
        let name = String(file.key.dropLast(".xml".count))
        let number = Int32(members.count)
        if file.replacesEarlier, let same = byName[PathDigest(name)] {
          members[Int(same)] = file.location
          return
        }
        byName[PathDigest(name)] = number
        members.append(file.location)
        for end in Self.ends(of: name) {
          byEnd[PathDigest(end)] = byEnd[PathDigest(end)] == nil ? number : Self.several
        }
      case .problem(_, let error): throw error
      case .note: break
      }
    }
  }

  /// The longest end of an image's name, without its extension, that an annotation has too.
  func find(_ name: String) -> Found? {
    let ends = Self.ends(of: name)
    for (index, end) in ends.enumerated() {
      // A whole name goes before the end of a longer one.
      guard let number = byName[PathDigest(end)] ?? byEnd[PathDigest(end)] else { continue }
      let folders = ends.count - 1 - index
      return Found(member: number == Self.several ? nil : members[Int(number)], folders: folders)
    }
    return nil
  }

  /// Longest first.
  private static func ends(of name: String) -> [String] {
    let parts = name.split(separator: "/")
    return parts.indices.map { parts[$0...].joined(separator: "/") }
  }
}
