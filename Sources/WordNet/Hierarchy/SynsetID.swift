/// A synset's identity: ImageNet's wnid, such as `n02084071`, or where there is none the source's own.
///
/// A wnid is the part of speech and the eight-digit offset of the synset in WordNet 3.0's database. Releases
/// of ImageNet also have identifiers that are no wnid, such as `fall11`, and other wordnets have synsets that WordNet
/// 3.0 has not, so that any text is allowed.
public struct SynsetID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }

  init(_ wnid: WNID) { self.init(wnid.text) }

  public var description: String { text }

  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  /// The identity as a wnid, where it has the form of one.
  var wnid: WNID? { WNID(text) }
}

extension SynsetID: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
