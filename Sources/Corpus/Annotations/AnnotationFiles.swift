import Synchronization

/// The box annotations of a corpus: a folder or an archive with an XML file for each image that has some.
///
/// An image's annotation has its name, and lies where the image lies, or in a folder named by the wnid that ImageNet's
/// names begin with, or at the top. In an archive it is the one whose folders agree with the most of the image's.
public final class AnnotationFiles: Sendable {
  /// Absolute.
  public let root: String
  private let isFolder: Bool
  /// Of an archive; made when first needed.
  private let members = Mutex<AnnotationMembers?>(nil)
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
  ///
  /// - Throws: `CorpusError`; `AmbiguousAnnotation` where several of an archive may be it.
  public func file(of imagePath: String) throws -> File? {
    let stem = GroundTruth.stem(imagePath)
    let folder = imagePath.split(separator: "/").dropLast().joined(separator: "/")
    let wnid = WNID.parse(stem.utf8.prefix(9))
    // An archive that the image lies in stands for a folder: n01440764.tar/n01440764_18.JPEG.
    let plainFolder = folder.hasSuffix(".tar") ? String(folder.dropLast(4)) : folder
    var names = [plainFolder.isEmpty ? stem : plainFolder + "/" + stem]
    if let wnid { names.append(wnid + "/" + stem) }
    names.append(stem)
    if !isFolder {
      return try member(wnid.map { [plainFolder, $0] } ?? [plainFolder], stem, image: imagePath)
    }
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
    do {
      return try file(of: imagePath).flatMap { try? read($0).label }
    } catch is AmbiguousAnnotation {
      return nil
    }
  }

  /// - Parameter folders: where the image lies, or might.
  private func member(_ folders: [String], _ stem: String, image: String) throws -> File? {
    let found = try members.withLock { members in
      let known = try members ?? AnnotationMembers(archive: root)
      members = known
      return folders.lazy.compactMap { known.find($0.isEmpty ? stem : $0 + "/" + stem) }
        .max { $0.folders < $1.folders }
    }
    guard let found else { return nil }
    guard let member = found.member else { throw AmbiguousAnnotation(image: image, archive: root) }
    return File(location: .member(member), size: member.size, modified: member.archive.modified)
  }
}
