/// How the images of a folder or an archive get their classes.
enum Labelling: Sendable {
  /// The nearest folder or archive above that is named by a wnid.
  case nearestWNID
  case none
  case truth(GroundTruth)

  func labeller() -> Labeller {
    switch self {
    case .nearestWNID:
      Labeller { _, wnid in
        wnid
      } finish: {
      }
    case .none:
      Labeller { _, _ in
        nil
      } finish: {
      }
    case .truth(let truth): truth.labeller()
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
