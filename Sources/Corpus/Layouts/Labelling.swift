/// How the images of a folder or an archive get their classes.
enum Labelling: Sendable {
  /// The nearest folder or archive above that is named by a wnid.
  case nearestWNID
  case none
  case truth(GroundTruth)
  /// What an image's box annotation names, where it names one thing only.
  case annotations(AnnotationFiles)

  /// - Parameter path: a text, or a folder or archive of annotations.
  init(truth path: String) throws {
    let isText = try FileStatus.of(path).kind == .file && !SourceRecognition.isArchive(path)
    self = try isText ? .truth(GroundTruth(path)) : .annotations(AnnotationFiles(path))
  }

  /// What class numbers are, if the classes are told by numbers.
  var numbering: ClassNumbering? { if case .truth(let truth) = self { truth.numbering } else { nil } }

  /// Whether an image's class may be told by how many come before it.
  var countsImages: Bool { if case .truth(let truth) = self { truth.isInOrder } else { false } }

  func labeller() -> Labeller {
    switch self {
    case .nearestWNID:
      return Labeller {
        _, wnid in
        wnid
      } finish: {
      }
    case .none:
      return Labeller {
        _, _ in
        nil
      } finish: {
      }
    case .truth(let truth): return truth.labeller()
    case .annotations(let files):
      return Labeller {
        path, _ in
        try files.label(of: path)
      } finish: {
      }
    }
  }
}

/// Gives one image after another its class, in the order of a scan.
struct Labeller {
  private let give: (_ path: String, _ wnid: String?) throws -> String?
  private let end: () throws -> Void

  init(
    _ give: @escaping (_ path: String, _ wnid: String?) throws -> String?,
    finish end: @escaping () throws -> Void
  ) {
    self.give = give
    self.end = end
  }

  func label(of path: String, wnid: @autoclosure () -> String?) throws -> String? { try give(path, wnid()) }

  /// - Throws: `CorpusError` where classes and images turned out not to belong together.
  func finish() throws { try end() }
}
