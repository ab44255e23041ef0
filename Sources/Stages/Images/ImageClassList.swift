import Corpus
import WordNet

/// The list that says what class numbers stand for.
public enum ImageClassList {
  /// - Parameters:
  ///   - labels: `ilsvrc2012`, or a file's path; nil where there is none.
  ///   - first: the number of the list's first class; nil for what the source tells, or 0.
  ///   - truth: the text that gives the images their numbers, if one does.
  /// - Throws: `CorpusError`; `ImageClassError` where the list can't be the one that the numbers are of.
  public static func load(
    _ labels: String?, from first: Int?, for source: any ImageSource, truth: String?
  ) throws -> ClassNumbers? {
    guard let labels else {
      guard source.firstClass != nil else { return nil }
      throw ImageClassError.noList
    }
    var numbers =
      labels == ImagesStage.ilsvrc2012
      ? ClassNumbers(ILSVRC2012.wnids, name: labels) : try ClassNumbers(contentsOf: labels)
    numbers.first = first ?? source.firstClass ?? 0
    // The development kit numbers its classes in an order of its own, which begins with the kit fox.
    let isDevkit = source.layout.details.contains("ILSVRC2012_validation_ground_truth")
    if isDevkit, numbers.label(of: 1) != "n02119789" {
      throw ImageClassError.notTheDevkitsOrder(list: labels, first: numbers.label(of: 1))
    }
    return numbers
  }
}

public enum ImageClassError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The ground truth has numbers, and nothing says what they stand for.
  case noList
  case notTheDevkitsOrder(list: String, first: String?)

  public var description: String {
    switch self {
    case .noList:
      "The images' classes are told by numbers: give the images stage `labels:`, a file with a wnid a line in the "
        + "order of the numbers, or with wnid and number on each line, as the development kit's map_clsloc.txt."
    case .notTheDevkitsOrder(let list, let first):
      "ILSVRC2012_validation_ground_truth.txt counts classes as the development kit does, from n02119789 as number 1, "
        + "and in \(list) number 1 is \(first ?? "nothing"): give `labels:` a file in that order, as map_clsloc.txt."
    }
  }
}
