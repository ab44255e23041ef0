/// The ways in which corpora are kept that are known here.
public enum CorpusLayout: String, CaseIterable, Sendable {
  /// Folders named by wnid, at any depth.
  case folders
  /// Tar archives, with classes as archives or folders in them named by wnid: ILSVRC-2012's training set as it came.
  case archives
  /// Tar archives of samples: `key.jpg` with `key.cls` or `key.json`.
  case webdataset
  /// Images in one folder or archive, and their classes in a text or in box annotations: ILSVRC-2012's validation set.
  case validation
  /// A list of paths and classes: TSV, CSV or JSON lines.
  case manifest
  /// Folders or archives without classes.
  case unlabelled
}

/// How a source is laid out.
public struct SourceLayout: Sendable, Hashable, CustomStringConvertible {
  public let kind: CorpusLayout
  /// In a few words: "a tar of 1,000 tars".
  public let details: String
  /// What a person should know of how it was recognised.
  public let notes: [String]

  init(_ kind: CorpusLayout, _ details: String, notes: [String] = []) {
    self.kind = kind
    self.details = details
    self.notes = notes
  }

  public var description: String { details.isEmpty ? kind.rawValue : "\(kind.rawValue) (\(details))" }
}

/// What is stated of a source; what is not is recognised.
public struct SourceOptions: Sendable, Hashable {
  public var layout: CorpusLayout?
  /// What a manifest's paths are relative to; its own folder without it.
  public var root: String?
  /// The classes of a `validation` layout: a text, or a folder or archive of box annotations.
  public var truth: String?
  /// A folder or archive of box annotations.
  public var boxes: String?

  public init(
    layout: CorpusLayout? = nil, root: String? = nil, truth: String? = nil, boxes: String? = nil
  ) {
    self.layout = layout
    self.root = root
    self.truth = truth
    self.boxes = boxes
  }
}
