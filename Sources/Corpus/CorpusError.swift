#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a corpus, or a file of it, cannot be read.
public enum CorpusError: Error, Sendable, Hashable, CustomStringConvertible {
  case missing(path: String)
  case permissionDenied(path: String)
  /// A folder, a pipe or a device where a file should be.
  case notAFile(path: String)
  case tooLarge(path: String, limit: Int)
  /// The file's size or time was another after reading than before.
  case changedWhileRead(path: String)
  /// `path` shows the bytes that are not UTF-8 as %XX.
  case nameNotUTF8(path: String)
  case unreadable(path: String, reason: String)
  case manifest(file: String, line: Int, reason: String)
  /// Something wrong in an archive: `offset` counts its bytes, unpacked where it is compressed.
  case archive(path: String, offset: Int64, member: String?, problem: ArchiveProblem)
  case annotation(file: String, line: Int, column: Int, reason: String)
  /// What was named is neither a folder nor a manifest.
  case unknownKind(path: String)

  /// A stable word for counting failures by.
  public var errorClass: String {
    switch self {
    case .missing: "missing"
    case .permissionDenied: "permission-denied"
    case .notAFile: "not-a-file"
    case .tooLarge: "file-too-large"
    case .changedWhileRead: "changed-while-read"
    case .nameNotUTF8: "name-not-utf8"
    case .unreadable: "unreadable"
    case .manifest: "manifest"
    case .annotation: "annotation"
    case .archive(_, _, _, let problem): problem.errorClass
    case .unknownKind: "unknown-kind"
    }
  }

  public var description: String {
    switch self {
    case .missing(let path): "\(path): there is no such file"
    case .permissionDenied(let path): "\(path): permission to read it is denied"
    case .notAFile(let path): "\(path): not a regular file"
    case .tooLarge(let path, let limit): "\(path): larger than the limit of \(limit) bytes"
    case .changedWhileRead(let path): "\(path): changed while it was read; run again"
    case .nameNotUTF8(let path): "\(path): its name is not UTF-8; rename it"
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .manifest(let file, let line, let reason): "\(file):\(line): \(reason)"
    case .annotation(let file, let line, let column, let reason):
      "\(file):\(line):\(column): \(reason)"
    case .archive(let path, let offset, let member, let problem):
      "\(path), byte \(offset)\(member.map { ", member \($0)" } ?? ""): \(problem)"
    case .unknownKind(let path):
      "\(path): neither a folder of images, nor a tar archive, nor a manifest (.tsv, .csv, .jsonl or .ndjson)"
    }
  }

  /// What a failed system call means for the file it was about.
  init(errno code: Int32, path: String) {
    switch code {
    case ENOENT, ENOTDIR: self = .missing(path: path)
    case EACCES, EPERM: self = .permissionDenied(path: path)
    case EISDIR: self = .notAFile(path: path)
    default: self = .unreadable(path: path, reason: String(cString: strerror(code)))
    }
  }
}
