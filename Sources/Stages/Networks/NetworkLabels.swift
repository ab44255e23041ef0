import Corpus
import Foundation
import WordNet

/// The classes that a network tells, as wnids in the order of its outputs.
public enum NetworkLabels {
  /// Lists that are known by name.
  public static let names = ["ilsvrc2012"]

  /// - Parameter text: `ilsvrc2012`, or the path of a file with a wnid a line.
  /// - Throws: `NetworkLabelsError`.
  public static func load(_ text: String) throws(NetworkLabelsError) -> [String] {
    if text == "ilsvrc2012" { return ILSVRC2012.wnids }
    var labels: [String] = []
    // By `isNewline`, because the CR LF of Windows is one character.
    let lines = try contents(ofFile: text).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let label = line.trimmingCharacters(in: .whitespaces)
      if label.isEmpty || label.hasPrefix("#") { continue }
      guard ClassLabels.isWNID(label) else { throw .notALabel(path: text, line: index + 1, text: label) }
      labels.append(label)
    }
    guard !labels.isEmpty else { throw .empty(path: text) }
    return labels
  }

  /// Without the byte order mark that some editors put in front.
  private static func contents(ofFile path: String) throws(NetworkLabelsError) -> Substring {
    let bytes: [UInt8]
    do throws(CorpusError) {
      bytes = try FileContents.read(path)
    } catch {
      throw .unreadable(error)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(path: path) }
    return text.first == "\u{feff}" ? text.dropFirst() : text[...]
  }

  /// - Throws: `NetworkLabelsError.countMismatch`.
  static func check(_ labels: [String], outputs: Int) throws(NetworkLabelsError) {
    guard labels.count == outputs else { throw .countMismatch(labels: labels.count, outputs: outputs) }
  }
}

public enum NetworkLabelsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file of labels can't be read, for the reason given.
  case unreadable(CorpusError)
  case notUTF8(path: String)
  case empty(path: String)
  case notALabel(path: String, line: Int, text: String)
  case countMismatch(labels: Int, outputs: Int)

  public var description: String {
    switch self {
    case .unreadable(let reason):
      "The labels can't be read: \(reason); give `ilsvrc2012` or a text file with a wnid a line."
    case .notUTF8(let path):
      "\(path): is not text in UTF-8; give `ilsvrc2012` or a text file with a wnid a line."
    case .empty(let path): "\(path): holds no labels; a wnid a line is expected."
    case .notALabel(let path, let line, let text):
      "\(path):\(line): \"\(text)\" is no wnid; one a line is expected, in the order of the network's outputs."
    case .countMismatch(let labels, let outputs):
      "There are \(labels) labels, and the network has \(outputs) outputs: the labels must be of this network's "
        + "classes, one an output."
    }
  }
}
