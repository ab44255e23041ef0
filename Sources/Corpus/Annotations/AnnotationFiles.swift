import Synchronization

/// The box annotations of a corpus: a folder or an archive with an XML file for each image that has some.
///
/// An image's annotation has its name, and lies where the image lies, or in a folder named by the wnid that ImageNet's
/// names begin with, or at the top.
public final class AnnotationFiles: Sendable {
  /// Absolute.
  public let root: String
  private let isFolder: Bool
  /// Of an archive, by the names' ends; made when first needed.
  private let members = Mutex<[PathDigest: ArchiveMember]?>(nil)
  private let reader = ImageReader()

  /// An annotation that is there, not read yet.
  public struct File: Sendable, Hashable {
    public let location: ImageLocation
    /// Bytes.
    public let size: Int64
    /// Nanoseconds since 1970.
    public let modified: Int64
  }

  /// - Throws: `CorpusError` where there is neither a folder nor an archive.
  public init(_ path: String) throws(CorpusError) {
    root = try FolderWalk.resolve(path)
    isFolder = try FileStatus.of(root).kind == .folder
    let isArchive = isFolder ? false : try SourceRecognition.isArchive(root)
    guard isFolder || isArchive else {
      throw .unreadable(path: path, reason: "neither a folder nor an archive of box annotations (.xml)")
    }
  }

  /// The annotation of an image; nil where it has none.
  public func file(of imagePath: String) throws -> File? {
    let stem = GroundTruth.stem(imagePath)
    let folder = imagePath.split(separator: "/").dropLast().joined(separator: "/")
    let wnid = WNID.parse(stem.utf8.prefix(9))
    // An archive that the image lies in stands for a folder: n01440764.tar/n01440764_18.JPEG.
    let plainFolder = folder.hasSuffix(".tar") ? String(folder.dropLast(4)) : folder
    var names = [plainFolder.isEmpty ? stem : plainFolder + "/" + stem]
    if let wnid { names.append(wnid + "/" + stem) }
    names.append(stem)
    if !isFolder { return try member(of: stem) }
    // No part of a key may lead out of the folder.
    for name in names where !name.split(separator: "/").contains("..") {
      let path = root + "/" + name + ".xml"
      guard let status = try? FileStatus.of(path), status.kind == .file else { continue }
      return File(location: .file(path), size: status.size, modified: status.modified)
    }
    return nil
  }

  public func read(_ file: File) throws(CorpusError) -> BoxAnnotation {
    let bytes = try reader.bytes(of: file.location, limit: BoxXMLReader.largestFile)
    return try BoxXMLReader.read(bytes, path: file.location.description)
  }

  /// What an image's annotation names, where that is one thing.
  func label(of imagePath: String) throws -> String? {
    guard let file = try file(of: imagePath) else { return nil }
    return try? read(file).label
  }

  private func member(of stem: String) throws -> File? {
    let member = try members.withLock { members in
      if let members { return members[PathDigest(stem)] }
      let index = try self.index()
      members = index
      return index[PathDigest(stem)]
    }
    guard let member else { return nil }
    return File(location: .member(member), size: member.size, modified: member.archive.modified)
  }

  private func index() throws -> [PathDigest: ArchiveMember] {
    var members: [PathDigest: ArchiveMember] = [:]
    let walk = ArchiveWalk(try ArchiveFile(inspecting: root), prefix: "", isWanted: { $0.hasSuffix(".xml") })
    _ = try walk.run { finding in
      switch finding {
      case .file(let file): members[PathDigest(GroundTruth.stem(file.key))] = file.location
      case .problem(_, let error): throw error
      case .note: break
      }
    }
    return members
  }
}
