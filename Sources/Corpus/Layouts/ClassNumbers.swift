import Foundation

/// Which class each number stands for, where images are labelled by numbers.
///
/// The list is a text with a class a line (`n01440764`, with or without words behind it), its number then being its
/// line's place; or a line has its number too (`n02119789 1 kit_fox`, as ILSVRC's map_clsloc.txt, or `0 n01440764`);
/// or JSON as Keras has it (`{"0": ["n01440764", "tench"]}`); or it is the meta.mat of ILSVRC's development kit.
public struct ClassNumbers: Sendable, Hashable {
  private let labels: [Int: String]
  /// What the list itself is called.
  public let name: String
  /// Whether the list gives the numbers; where it does not, they begin at 0 or at 1.
  public let isExplicit: Bool
  /// Of the first class in a list that does not give numbers.
  public var first = 0

  public var count: Int { labels.count }

  /// - Parameter labels: in order.
  public init(_ labels: [String], name: String) {
    self.labels = Dictionary(labels.enumerated().map { ($0, $1) }) { $1 }
    self.name = name
    isExplicit = false
  }

  private static let largestFile = 16 << 20

  /// - Throws: `CorpusError` where the file can't be read or is no such list.
  public init(contentsOf path: String) throws(CorpusError) {
    name = path
    let bytes = try FileContents.read(path, limit: Self.largestFile)
    if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
      labels = try Self.json(bytes, path)
      isExplicit = true
    } else if MATFile.isRecognized(bytes) {
      labels = try DevelopmentKit.classes(ofMeta: bytes, path: path)
      isExplicit = true
    } else {
      (labels, isExplicit) = try Self.lines(path)
    }
    guard !labels.isEmpty else { throw .manifest(file: path, line: 1, reason: "no class in it") }
  }

  /// The class of a number; nil where it has none.
  public func label(of number: Int) -> String? {
    let (place, overflow) = number.subtractingReportingOverflow(isExplicit ? 0 : first)
    return overflow ? nil : labels[place]
  }

  /// The smallest and the greatest number.
  public var range: ClosedRange<Int> {
    let numbers = labels.keys
    let start = isExplicit ? 0 : first
    return (numbers.min() ?? 0) + start...(numbers.max() ?? 0) + start
  }

  private static func lines(_ path: String) throws(CorpusError) -> ([Int: String], isExplicit: Bool) {
    var reader = try LineReader(path)
    var (labels, numbered): ([Int: String], Bool?) = ([:], nil)
    while let bytes = try reader.next() {
      func failure(_ reason: String) -> CorpusError {
        .manifest(file: path, line: reader.line, reason: reason)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("not UTF-8") }
      let fields = text.split { " \t,".contains($0) }.map(String.init)
      guard let first = fields.first else { continue }
      let number: Int?
      let label: String
      if isNumber(first), fields.count > 1 {
        (number, label) = (Int(first), fields[1])
      } else if isWNID(first) {
        (number, label) = (fields.count > 1 && isNumber(fields[1]) ? Int(fields[1]) : nil, first)
      } else {
        (number, label) = (nil, text.trimmingCharacters(in: .whitespaces))
      }
      if let numbered, numbered != (number != nil) {
        throw failure(numbered ? "a class without a number" : "a number, where the lines before have none")
      }
      numbered = number != nil
      guard labels.updateValue(label, forKey: number ?? labels.count) == nil else {
        throw failure("number \(number ?? 0) has a class already")
      }
    }
    return (labels, numbered ?? false)
  }

  private static func json(_ bytes: [UInt8], _ path: String) throws(CorpusError) -> [Int: String] {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
      throw .manifest(file: path, line: 1, reason: "not a JSON object")
    }
    var labels: [Int: String] = [:]
    for (key, value) in object {
      let label = value as? String ?? (value as? [Any])?.first as? String
      guard let number = Int(key), number >= 0, let label else {
        throw .manifest(
          file: path, line: 1,
          reason: "\"\(key)\" is no class number with a class, as \"0\": [\"n01440764\", \"tench\"]")
      }
      labels[number] = label
    }
    return labels
  }

  private static func isNumber(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 9 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isWNID(_ text: String) -> Bool { WNID.parse(Array(text.utf8)) != nil }
}
