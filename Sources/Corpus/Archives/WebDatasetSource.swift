import Foundation

/// The images of WebDataset's shards: tar archives in which files that share a name up to its first dot are a sample,
/// `0001.jpg` with `0001.cls` or `0001.json` (<https://github.com/webdataset/webdataset>).
///
/// A sample's class is what its `cls` says, a number, a wnid or a lemma; or else what its `json` has under `wnid`,
/// `synset`, `class`, `label` or `cls`.
struct WebDatasetSource: ImageSource {
  let root: String
  let layout: SourceLayout
  private let archives: ArchiveList

  init(_ archives: ArchiveList, layout: SourceLayout) {
    root = archives.root
    self.archives = archives
    self.layout = layout
  }

  /// More files of one sample than any data set has.
  private static let mostFiles = 1_000

  func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws {
    try archives.visit { item in
      guard let archive = try item.report(to: visit) else { return }
      if try known.visitMembers(of: archive, { try visit(.image($0)) }) { return }
      var sample = Sample()
      var apart = 0
      func finishSample() throws {
        if sample.isSidecarAlone { apart += 1 }
        for finding in sample.findings(in: archive) { try visit(finding) }
      }
      let walk = ArchiveWalk(
        archive, prefix: item.prefix,
        isWanted: { ImageName.isImage($0) || Sidecar(Sample.split($0).ending) != nil },
        wantsContents: { Sidecar(Sample.split($0).ending) != nil })
      let isSound = try walk.run { finding in
        switch finding {
        case .file(let file):
          let (key, ending) = Sample.split(file.key)
          if key != sample.key || sample.images.count > Self.mostFiles {
            try finishSample()
            sample = Sample(key: key)
          }
          if let sidecar = Sidecar(ending) {
            sample.add(sidecar, file)
          } else {
            sample.images.append((ending, file))
          }
        case .problem(let key, let error):
          try visit(.image(CorpusEntry(path: key, location: .file(archive.path), label: nil, problem: error)))
        case .note(let note): try visit(.note(note))
        }
      }
      try finishSample()
      if apart > 0 {
        try visit(
          .note(
            "\(archive.path): \(apart) .cls or .json files have no image beside them and tell no class: the files of "
              + "a sample must follow one another, as in an archive made with sorted names"))
      }
      try visit(.archiveRead(archive, isSound: isSound))
    }
  }

  enum Sidecar {
    case cls, json

    init?(_ ending: String) {
      switch ending {
      case "cls", "cls.txt": self = .cls
      case "json": self = .json
      default: return nil
      }
    }
  }

  struct Sample {
    var key = ""
    var images: [(ending: String, file: ArchiveWalk.File)] = []
    private var cls: String?
    private var json: String?
    private var problem: CorpusError?

    init(key: String = "") { self.key = key }

    /// Whether its class is told, and nothing of that class is there.
    var isSidecarAlone: Bool { images.isEmpty && (cls != nil || json != nil) }

    /// The folders and the name up to its first dot; and what is behind that, in lower case.
    static func split(_ path: String) -> (key: String, ending: String) {
      let bytes = path.utf8
      let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex
      guard let dot = bytes[start...].firstIndex(of: UInt8(ascii: ".")), dot > start else {
        return (path, "")
      }
      return (String(path[..<dot]), path[bytes.index(after: dot)...].lowercased())
    }

    mutating func add(_ sidecar: Sidecar, _ file: ArchiveWalk.File) {
      guard let bytes = file.contents, let text = String(validating: bytes, as: UTF8.self) else {
        return refuse(file, "neither short nor UTF-8")
      }
      switch sidecar {
      case .cls: cls = text.trimmingCharacters(in: Self.around)
      case .json:
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
          return refuse(file, "not a JSON object")
        }
        let stated = Self.classKeys.compactMap { object[$0] }.filter(Self.isStated)
        json = stated.lazy.compactMap(JSONClass.text).first
        if json == nil, !stated.isEmpty { refuse(file, JSONClass.refusal) }
      }
    }

    /// White space, and the mark some editors write before UTF-8.
    private static let around = CharacterSet.whitespacesAndNewlines.union(["\u{feff}"])
    private static let classKeys = ["wnid", "synset", "class", "label", "cls"]

    private static func isStated(_ value: Any) -> Bool { !(value is NSNull) && value as? String != "" }

    private mutating func refuse(_ file: ArchiveWalk.File, _ reason: String) {
      let offset = file.location.extents.first?.offset ?? 0
      problem = file.location.archive.error(.nested(reason), at: offset, member: file.key)
    }

    func findings(in archive: ArchiveFile) -> [CorpusFinding] {
      // `key.jpg` is the image; `key.seg.png` beside it is something about it.
      let plain = images.filter { !$0.ending.contains(".") }
      var findings: [CorpusFinding] = (plain.isEmpty ? images : plain).map { image in
        var entry = CorpusEntry(
          path: image.file.key, location: .member(image.file.location), label: label,
          size: image.file.location.size,
          modified: archive.modified)
        entry.replacesEarlier = image.file.replacesEarlier
        return .image(entry)
      }
      if let problem { findings.append(.note("\(problem)")) }
      return findings
    }

    private var label: String? { cls.flatMap { $0.isEmpty ? nil : $0 } ?? json }
  }
}
