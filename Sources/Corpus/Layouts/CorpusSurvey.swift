/// What a look at a source finds, counted: no image is read.
public struct CorpusSurvey: Sendable {
  public struct Problem: Sendable, Hashable {
    public let path: String
    public let error: CorpusError
  }

  public private(set) var images = 0
  /// Bytes of all images.
  public private(set) var bytes: Int64 = 0
  public private(set) var labelled = 0
  /// Images by class, as the source has it.
  public private(set) var classes: [String: Int] = [:]
  public private(set) var annotated = 0
  public private(set) var archives = 0
  /// Failures by kind.
  public private(set) var problemCounts: [String: Int] = [:]
  /// The first of them.
  public private(set) var problems: [Problem] = []
  public private(set) var notes: [String] = []
  public private(set) var noteCount = 0

  /// A source with a million failures has a million times the same to tell.
  private static let mostShown = 1_000

  public init() {}

  public var problemCount: Int { problemCounts.values.reduce(0, +) }

  /// - Throws: what the source's `scan` throws, and what `progress` does, which is called with the images so far.
  public mutating func run(_ source: any ImageSource, progress: (Int) throws -> Void = { _ in }) throws {
    for note in source.layout.notes { add(note: note) }
    try source.scan(knowing: NoKnownArchives()) { finding in
      switch finding {
      case .image(let entry):
        add(entry)
        if images.isMultiple(of: 16_384) { try progress(images) }
      case .archiveRead: archives += 1
      case .note(let note): add(note: note)
      }
    }
  }

  private mutating func add(_ entry: CorpusEntry) {
    if let problem = entry.problem {
      problemCounts[problem.errorClass, default: 0] += 1
      if problems.count < Self.mostShown { problems.append(Problem(path: entry.path, error: problem)) }
      return
    }
    // A member that takes an earlier one's place has been counted with it.
    guard !entry.replacesEarlier else { return }
    images += 1
    bytes += entry.size
    if entry.annotation != nil { annotated += 1 }
    guard let label = entry.label else { return }
    labelled += 1
    classes[label, default: 0] += 1
  }

  private mutating func add(note: String) {
    noteCount += 1
    if notes.count < Self.mostShown { notes.append(note) }
  }
}
