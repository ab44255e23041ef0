/// What can be wrong with an archive, apart from where.
public enum ArchiveProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file ends before what its headers announce.
  case truncated(missing: Int64)
  /// The file ends at a header's place without the two blocks of zeros that end every tar.
  case noEndMarker
  case checksum
  case notATar
  case number(field: String)
  case paxRecord(String)
  case nameTooLong(limit: Int)
  case sparseMap(String)
  case gzip(String)
  /// A hard link to what has not been seen before it.
  case linkTarget(String)
  case symbolicLink(String)
  /// A device or a pipe.
  case notAFile
  /// What follows the end marker: archives that were joined, say.
  case trailing
  case nested(String)
  /// Two members of one name: as when a tar is unpacked, the later one stands.
  case repeatedName
  case nameNotUTF8

  /// A stable word for counting failures by.
  public var errorClass: String {
    switch self {
    case .truncated, .noEndMarker: "archive-truncated"
    case .linkTarget, .symbolicLink: "archive-link"
    case .notAFile: "not-a-file"
    case .trailing: "archive-trailing-data"
    case .nested: "archive-nested"
    case .repeatedName: "archive-repeated-name"
    case .nameNotUTF8: "name-not-utf8"
    default: "archive-corrupt"
    }
  }

  public var description: String {
    switch self {
    case .truncated(let missing):
      "the archive is cut off: \(missing) more bytes belong here"
    case .noEndMarker: "the archive ends without its end marker; it may be cut off"
    case .checksum: "the header's checksum is wrong; what follows can't be read"
    case .notATar: "this is no tar archive"
    case .number(let field): "the header's \(field) is no number"
    case .paxRecord(let reason): "a damaged pax header: \(reason)"
    case .nameTooLong(let limit): "a name or header of more than \(limit) bytes"
    case .sparseMap(let reason): "a damaged map of holes: \(reason)"
    case .gzip(let reason): "the gzip data is damaged: \(reason)"
    case .linkTarget(let target): "a hard link to \(target), which is no file before it in the archive"
    case .notAFile: "a device or a pipe, not a regular file"
    case .symbolicLink(let target): "a symbolic link to \(target); links inside archives are not followed"
    case .trailing:
      "data follows the end of the archive and is not read; joined archives have to be taken apart"
    case .nested(let reason): reason
    case .repeatedName: "a member of this name came before; this one stands, as when the archive is unpacked"
    case .nameNotUTF8: "its name is not UTF-8; bytes are shown as %XX"
    }
  }
}
