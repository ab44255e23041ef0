import Corpus
import WordNet

/// The list that says what class numbers stand for.
public enum ImageClassList {
  /// - Parameters:
  ///   - labels: `ilsvrc2012`, or a file's path; nil for the list that lies beside the numbers, if one does.
  ///   - first: the number of the list's first class; nil for what the source tells, or 0.
  /// - Returns: nil where there is none, and the source tells no classes by numbers.
  /// - Throws: `CorpusError`; `ImageClassError` where there is no list, or it can't be the one that the numbers are of.
  public static func load(
    _ labels: String?, from first: Int?, for source: any ImageSource
  ) throws -> ClassNumbers? {
    let numbers = try find(labels, from: first, for: source)
    if numbers == nil, source.numbering != nil { throw ImageClassError.noList }
    return numbers
  }

  /// The same, but without a list where there should be one.
  public static func find(
    _ labels: String?, from first: Int?, for source: any ImageSource
  ) throws -> ClassNumbers? {
    guard let labels = labels ?? source.numbering?.list else { return nil }
    var numbers =
      labels == ImagesStage.ilsvrc2012
      ? ClassNumbers(ILSVRC2012.wnids, name: labels) : try ClassNumbers(contentsOf: labels)
    numbers.first = first ?? source.numbering?.first ?? 0
    // The development kit's order begins with the kit fox.
    if source.numbering?.isOfDevelopmentKit == true, numbers.label(of: 1) != "n02119789" {
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
        + "order of the numbers, or the development kit's meta.mat or map_clsloc.txt."
    case .notTheDevkitsOrder(let list, let first):
      "ILSVRC2012_validation_ground_truth.txt counts classes as the development kit does, from n02119789 as number 1, "
        + "and in \(list) number 1 is \(first ?? "nothing"): give `labels:` the kit's meta.mat or map_clsloc.txt."
    }
  }
}
