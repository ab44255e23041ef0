import Foundation

/// The relations between synsets that a hierarchy has.
enum WNLMFRelation: Sendable, Equatable {
  case hypernym, hyponym
  case holonym(Meronym.Kind)
  case meronym(Meronym.Kind)

  // The most frequent first.
  private static let named: [(name: StaticString, relation: WNLMFRelation)] = [
    ("hypernym", .hypernym), ("hyponym", .hyponym),
    ("holo_member", .holonym(.member)), ("mero_member", .meronym(.member)),
    ("holo_part", .holonym(.part)), ("mero_part", .meronym(.part)),
    ("instance_hypernym", .hypernym), ("instance_hyponym", .hyponym),
    ("holo_substance", .holonym(.substance)), ("mero_substance", .meronym(.substance)),
    ("holo_portion", .holonym(.portion)), ("mero_portion", .meronym(.portion)),
    ("holo_location", .holonym(.location)), ("mero_location", .meronym(.location)),
    ("holonym", .holonym(.part)), ("meronym", .meronym(.part)),
  ]

  /// nil for any other relation.
  init?(_ name: UnsafeBufferPointer<UInt8>) {
    guard let start = name.baseAddress else { return nil }
    // No string is made of it: a large file has hundreds of thousands.
    for (known, relation) in Self.named
    where known.utf8CodeUnitCount == name.count && memcmp(start, known.utf8Start, name.count) == 0 {
      self = relation
      return
    }
    return nil
  }
}
