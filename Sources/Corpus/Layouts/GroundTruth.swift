/// Classes of images told by a text beside them, as ILSVRC-2012's of its validation images.
///
/// A line is a class (a wnid or a number) alone, or a file's name and a class, parted by blanks, a tab or a comma.
/// Classes alone go by the images' numbers where their names have one (`ILSVRC2012_val_00000017.JPEG` is the 17th),
/// else by their order, and then there must be as many images as lines.
struct GroundTruth: Sendable {
  /// Absolute.
  let path: String
  private let contents: Contents

  private enum Contents: Sendable {
    case inOrder([String])
    /// By file name without its extension.
    case byName([String: String])
  }

  /// More classes than any corpus has validation images.
  static let mostLines = 10_000_000

  /// - Throws: `CorpusError.manifest` with the line that is wrong.
  init(_ path: String) throws(CorpusError) {
    self.path = path
    var reader = try LineReader(path)
    var inOrder: [String] = []
    var byName: [String: String] = [:]
    var emptyLine: Int?
    while let bytes = try reader.next() {
      func failure(_ reason: String) -> CorpusError {
        .manifest(file: path, line: reader.line, reason: reason)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("not UTF-8") }
      let fields = text.split { $0 == " " || $0 == "\t" || $0 == "," }.map(String.init)
      if fields.isEmpty {
        emptyLine = emptyLine ?? reader.line
        continue
      }
      if reader.line == 1, fields.count == 2,
        ["imageid", "image", "file", "filename", "path"].contains(fields[0].lowercased())
      {
        continue
      }
      if fields.count == 1 {
        guard byName.isEmpty else { throw failure("a class alone, where the lines before name their files") }
        // An image without a class, or a line too many? All that follow would be another's.
        if let emptyLine {
          throw .manifest(
            file: path, line: emptyLine, reason: "an empty line among classes that go by their order")
        }
        inOrder.append(fields[0])
      } else {
        guard inOrder.isEmpty else { throw failure("two fields, where the lines before have one") }
        // Kaggle's list of boxes: the class comes first, and is the same for all of an image's boxes.
        let isBoxList = fields.count > 2 && (fields.count - 1).isMultiple(of: 5)
        guard fields.count == 2 || isBoxList else {
          throw failure("\(fields.count) fields; expected a class, or a file's name and a class")
        }
        guard byName.updateValue(fields[1], forKey: Self.stem(fields[0])) == nil else {
          throw failure("\(fields[0]) has a class already")
        }
      }
      if inOrder.count + byName.count > Self.mostLines { throw failure("more than \(Self.mostLines) lines") }
    }
    guard !inOrder.isEmpty || !byName.isEmpty else {
      throw .manifest(file: path, line: 1, reason: "no class in it")
    }
    contents = byName.isEmpty ? .inOrder(inOrder) : .byName(byName)
  }

  var count: Int {
    switch contents {
    case .inOrder(let labels): labels.count
    case .byName(let labels): labels.count
    }
  }

  /// Whether it has classes alone.
  var isInOrder: Bool { if case .inOrder = contents { true } else { false } }

  /// What its class numbers are; nil where its classes are no numbers.
  ///
  /// A 0 tells that they begin there; else a text of classes alone begins at 1, as ILSVRC's does, and one that names
  /// files at 0, as those made for Caffe and PyTorch do.
  var numbering: ClassNumbering? {
    let (labels, isInOrder): ([String], Bool) =
      switch contents {
      case .inOrder(let labels): (labels, true)
      case .byName(let labels): (Array(labels.values), false)
      }
    guard labels.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
    let first = isInOrder && !labels.contains { Int($0) == 0 } ? 1 : 0
    guard DevelopmentKit.isGroundTruth(path) else { return ClassNumbering(first: first) }
    return ClassNumbering(first: first, isOfDevelopmentKit: true, list: DevelopmentKit.list(beside: path))
  }

  /// The file's name without folders and extension.
  static func stem(_ path: String) -> String {
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
    let end = name.lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
    return String(name[..<(end > name.startIndex ? end : name.endIndex)]) ?? path
  }

  /// The number that ILSVRC's names end in: an underscore and eight digits.
  static func number(_ path: String) -> Int? {
    let stem = stem(path).utf8
    let digits = stem.suffix(8)
    guard stem.count > 8, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      stem[stem.index(stem.endIndex, offsetBy: -9)] == UInt8(ascii: "_")
    else { return nil }
    return Int(String(digits) ?? "")
  }

  func labeller() -> Labeller {
    switch contents {
    case .byName(let labels):
      return Labeller { path, _ in
        labels[Self.stem(path)]
      } finish: {
      }
    case .inOrder(let labels):
      let counter = Counter()
      return Labeller { path, _ in
        counter.images += 1
        if let number = Self.number(path) {
          counter.numbered += 1
          if labels.indices.contains(number - 1) { return labels[number - 1] }
          counter.firstWithout = counter.firstWithout ?? path
          return nil
        }
        return labels.indices.contains(counter.images - 1) ? labels[counter.images - 1] : nil
      } finish: {
        if let path = counter.firstWithout {
          throw CorpusError.unreadable(
            path: self.path, reason: "\(labels.count) classes, and none for \(path) by its number")
        }
        guard counter.numbered < counter.images, counter.images != labels.count else { return }
        throw CorpusError.unreadable(
          path: self.path,
          reason:
            "\(labels.count) classes for \(counter.images) images; there must be as many, or the images' "
            + "names must end in their numbers, as ILSVRC2012_val_00000001.JPEG")
      }
    }
  }

  private final class Counter {
    var images = 0
    var numbered = 0
    /// The first whose number no line has.
    var firstWithout: String?
  }
}
