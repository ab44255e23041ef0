/// The images in tar archives: one archive, those below a folder, or a list of them.
///
/// An archive in an archive is read like a folder in it, so ILSVRC-2012's training set is read as it came, a tar of a
/// thousand tars. A member's class is the nearest folder or archive above it that is named by a wnid.
struct ArchiveSource: ImageSource {
  let root: String
  let layout: SourceLayout
  let numbering: ClassNumbering?
  private let archives: ArchiveList
  private let labelling: Labelling

  init(_ archives: ArchiveList, labelling: Labelling, layout: SourceLayout) {
    numbering = labelling.numbering
    root = archives.root
    self.archives = archives
    self.labelling = labelling
    self.layout = layout
  }

  func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws {
    let labeller = labelling.labeller()
    // The store has members' names, and not how many there are of each.
    let known: any KnownArchives = labelling.countsImages ? NoKnownArchives() : known
    try archives.visit { item in
      guard let archive = try item.report(to: visit) else { return }
      let isKnown = try known.visitMembers(of: archive) { entry in
        // The class is told by names alone, and may be told otherwise than before.
        let label = try labeller.label(of: entry.path, wnid: WNID.nearest(in: entry.path) ?? item.wnid)
        try visit(
          .image(
            CorpusEntry(
              path: entry.path, location: entry.location, label: label, size: entry.size,
              modified: entry.modified)))
      }
      if isKnown { return }
      var repeated: ArchiveWalk.File?
      var unread = UnreadNames()
      let walk = ArchiveWalk(
        archive, prefix: item.prefix, isWanted: { ImageName.isImage($0) },
        passOver: { key in
          if let name = key.utf8.split(separator: UInt8(ascii: "/")).last { unread.count(Array(name)[...]) }
        })
      let isSound = try walk.run { finding in
        switch finding {
        case .file(let file):
          let label = try labeller.label(of: file.key, wnid: WNID.nearest(in: file.key) ?? item.wnid)
          var entry = CorpusEntry(
            path: file.key, location: .member(file.location), label: label, size: file.location.size,
            modified: archive.modified)
          entry.replacesEarlier = file.replacesEarlier
          if file.replacesEarlier, labelling.countsImages, GroundTruth.number(file.key) == nil {
            repeated = repeated ?? file
          }
          try visit(.image(entry))
          if file.replacesEarlier {
            try visit(.note("\(archive.path), member \(file.key): \(ArchiveProblem.repeatedName)"))
          }
        case .problem(let key, let error):
          try visit(.image(CorpusEntry(path: key, location: .file(archive.path), label: nil, problem: error)))
        case .note(let note): try visit(.note(note))
        }
      }
      if let note = unread.note { try visit(.note("\(archive.path): \(note)")) }
      if let repeated {
        throw archive.error(
          .nested("a second member of this name: classes can't go by order; name the files in the text"),
          at: repeated.location.extents.first?.offset ?? 0, member: repeated.key)
      }
      try visit(.archiveRead(archive, isSound: isSound))
    }
    try labeller.finish()
  }
}
