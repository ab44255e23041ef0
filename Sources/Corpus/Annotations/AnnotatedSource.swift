/// A source with a box annotation for some of its images.
struct AnnotatedSource: ImageSource {
  private let source: any ImageSource
  private let annotations: AnnotationFiles

  var root: String { source.root }
  var layout: SourceLayout {
    let layout = source.layout
    let boxes = "boxes in \(annotations.root)"
    return SourceLayout(
      layout.kind, layout.details.isEmpty ? boxes : layout.details + "; " + boxes, notes: layout.notes)
  }
  var numbering: ClassNumbering? { source.numbering }

  init(_ source: any ImageSource, annotations: AnnotationFiles) {
    self.source = source
    self.annotations = annotations
  }

  func scan(knowing known: any KnownArchives, _ visit: (CorpusFinding) throws -> Void) throws {
    try source.scan(knowing: known) { finding in
      guard case .image(var entry) = finding, entry.problem == nil else { return try visit(finding) }
      do {
        entry.annotation = try annotations.file(of: entry.path).map {
          EntryAnnotation(file: $0, files: annotations)
        }
      } catch let error as AmbiguousAnnotation {
        try visit(.note("\(error)"))
      }
      try visit(.image(entry))
    }
  }
}

/// An image's boxes, not read yet.
public struct EntryAnnotation: Sendable, Hashable {
  public let file: AnnotationFiles.File
  let files: AnnotationFiles

  /// - Throws: `CorpusError.annotation` where the file is damaged.
  public func read() throws(CorpusError) -> BoxAnnotation { try files.read(file) }

  public static func == (left: Self, right: Self) -> Bool { left.file == right.file }
  public func hash(into hasher: inout Hasher) { hasher.combine(file) }
}
