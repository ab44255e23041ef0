import Foundation

/// What a look at a source's first names tells of its layout.
struct SourceRecognition {
  private(set) var layout: CorpusLayout
  private(set) var details = ""
  private(set) var notes: [String] = []
  /// Whether a folder has archives and no images beside them.
  private(set) var isOfArchives = false
  /// Where the classes of ILSVRC's validation images seem to be.
  private(set) var truth: String?

  static let noTruth = """
    its images' classes are to be told by a text or by box annotations, and neither is beside them; \
    name one as `truth`
    """

  /// As many names are looked at as tell enough.
  private static let mostNames = 256

  // MARK: - Folders

  init(folder path: String) throws {
    let names = try FolderNames(path)
    layout = .unlabelled
    if names.images == 0, names.archives > 0 {
      let seen = try SourceRecognition(archives: try ArchiveList(at: path))
      (layout, details, notes, truth) = (seen.layout, seen.details, seen.notes, seen.truth)
      isOfArchives = true
      return
    }
    if names.archives > 0 {
      notes.append(
        """
        \(names.archives) archive\(names.archives == 1 ? "" : "s") beside the images, as \(names.anArchive), not read; \
        state `layout: archives` to read them and nothing else
        """)
    }
    if names.validationImages > 0, names.validationImages == names.images {
      truth = Self.truth(beside: path)
      if truth == nil {
        notes.append("the images' names are those of ILSVRC's validation set, and \(Self.noTruth)")
      }
    }
    let name = Array(path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...])
    if try WNID.parse(name) != nil || Self.hasWNIDFolder(path, names, depth: 0) { layout = .folders }
  }

  /// Looks down along the first folders: `ILSVRC/Data/CLS-LOC/train/n01440764`.
  private static func hasWNIDFolder(_ path: String, _ names: FolderNames, depth: Int) throws -> Bool {
    if names.wnidFolders > 0 { return true }
    guard depth < 4 else { return false }
    for folder in names.firstFolders {
      let inner = path + "/" + folder
      // What may not be read here is told by the scan.
      guard let names = try? FolderNames(inner) else { continue }
      if try hasWNIDFolder(inner, names, depth: depth + 1) { return true }
    }
    return false
  }

  /// Near a folder of validation images: the devkit's text, or annotations in ILSVRC's own tree.
  private static func truth(beside path: String) -> String? {
    let root = (try? FolderWalk.resolve(path)) ?? path
    let parent = root.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    let text = "ILSVRC2012_validation_ground_truth.txt"
    let candidates = [
      root + "/" + text, parent + "/" + text, root + "/ILSVRC2012_devkit_t12/data/" + text,
      parent + "/ILSVRC2012_devkit_t12/data/" + text,
      root.replacingOccurrences(of: "/Data/CLS-LOC/", with: "/Annotations/CLS-LOC/"),
    ]
    return candidates.first { $0 != root && FileManager.default.fileExists(atPath: $0) }
  }

  /// The annotations that PASCAL VOC and ILSVRC keep beside their images.
  static func boxes(beside source: any ImageSource) throws -> String? {
    let root = source.root
    let candidates = [
      root.replacingOccurrences(of: "/Data/CLS-LOC/", with: "/Annotations/CLS-LOC/"),
      root.hasSuffix("/JPEGImages") ? root.dropLast("JPEGImages".count) + "Annotations" : root,
    ]
    return candidates.first { $0 != root && (try? FileStatus.of($0).kind) == .folder }
  }

  // MARK: - Archives

  /// By a name's ending, or by what it begins with.
  static func isArchive(_ path: String) throws(CorpusError) -> Bool {
    if ArchiveWalk.isTar(path) { return true }
    let file = try OpenFile(path)
    let start = try file.read(TarHeader.blockSize, at: 0)
    guard start.count == TarHeader.blockSize else { return false }
    let header = TarHeader(start)
    return header.form != .v7 && header.hasRightChecksum
  }

  init(archives: ArchiveList) throws {
    layout = .unlabelled
    guard let archive = try archives.first() else { return }
    if archive.compression == .gzip {
      notes.append(
        "\(archive.path) is compressed: it is unpacked as it is read, and reading here and there needs a plain one "
          + "to be quick")
    }
    let names = (try? Self.firstNames(archive)) ?? []
    let keys = Dictionary(grouping: names.map(WebDatasetSource.Sample.split)) { $0.key }
    let hasSamples = keys.values.contains { files in
      files.contains { ImageName.isImage("x." + $0.ending) }
        && files.contains { WebDatasetSource.Sidecar($0.ending) != nil }
    }
    let isInWNID = Self.isInWNID(archive, archives.root)
    if hasSamples {
      layout = .webdataset
    } else if names.contains(where: ArchiveWalk.isTar) {
      layout = .archives
      details = "archives within \(archive.path.split(separator: "/").last ?? "")"
    } else if isInWNID || names.contains(where: { WNID.nearest(in: $0) != nil }) {
      layout = .archives
      details = isInWNID ? "classes as archives named by wnid" : "classes as folders in them named by wnid"
    } else if names.contains(where: { $0.contains("ILSVRC2012_val_") }) {
      let parent = archive.path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
      truth = Self.truth(beside: parent)
      if truth != nil {
        layout = .validation
      } else {
        notes.append("the images' names are those of ILSVRC's validation set, and \(Self.noTruth)")
      }
    }
  }

  private static func isInWNID(_ archive: ArchiveFile, _ root: String) -> Bool {
    let inside = archive.path.hasPrefix(root) ? archive.path.dropFirst(root.count) : ""
    let name = archive.path.split(separator: "/").last ?? ""
    return WNID.nearest(in: String(inside)) != nil || WNID.nearest(in: name + "/member") != nil
  }

  private static func firstNames(_ archive: ArchiveFile) throws -> [String] {
    var reader = TarReader(try archive.stream())
    var names: [String] = []
    // A compressed archive of large members takes long to look into.
    while names.count < (archive.compression == .none ? mostNames : 16), let member = try reader.next() {
      guard case .file = member.kind else { continue }
      names.append(ArchiveWalk.key(member.text))
      if ArchiveWalk.isTar(member.text) { break }
    }
    return names
  }
}

/// A folder's names, counted by what they are.
private struct FolderNames {
  var images = 0
  var archives = 0
  var wnidFolders = 0
  var validationImages = 0
  var anArchive = ""
  var firstFolders: [String] = []

  init(_ path: String) throws(CorpusError) {
    let listing = try FolderListing(path)
    for index in 0..<listing.count {
      let name = listing.name(index)
      if listing.kind(index) == .folder {
        if WNID.parse(name) != nil { wnidFolders += 1 }
        if firstFolders.count < 8, let text = String(validating: name, as: UTF8.self) {
          firstFolders.append(text)
        }
      } else if ImageName.isImage(name) {
        images += 1
        if name.starts(with: "ILSVRC2012_val_".utf8) { validationImages += 1 }
      } else if let last = name.last, [UInt8(ascii: "r"), UInt8(ascii: "z")].contains(last | 0x20),
        let text = String(validating: name, as: UTF8.self), ArchiveWalk.isTar(text)
      {
        archives += 1
        if anArchive.isEmpty { anArchive = text }
      }
    }
  }
}
