import Corpus
import FeatureStore
import GRDB
import Pipeline
import WordNet

/// What a source calls an image's class, as a wnid.
///
/// A label that looks like a wnid is taken as it is, so that a hierarchy without that synset loses no class. A number
/// is looked up in the list of classes that the stage was given, and what that says as any other label. That
/// is looked up in the hierarchy: a lemma, or `lemma.n.01`. One that names no synset, or several, leaves the
/// image without a class and is recorded as a failure.
struct ClassLabels {
  enum Resolution: Equatable {
    case none
    case wnid(String)
    case failure(errorClass: String, message: String)

    var wnid: String? { if case .wnid(let wnid) = self { wnid } else { nil } }
  }

  /// Nil without a `synsets` stage; read when first needed, for most sources name classes by wnid.
  let taxonomyID: Int64?
  private var hierarchy: Hierarchy?
  private var known: [String: Resolution] = [:]
  /// What class numbers stand for; nil where the stage was not told.
  private let numbers: ClassNumbers?

  init(taxonomyID: Int64?, numbers: ClassNumbers? = nil) {
    self.taxonomyID = taxonomyID
    self.numbers = numbers
  }

  mutating func resolve(_ label: String?, in db: Database) throws -> Resolution {
    guard let label else { return .none }
    if Self.isWNID(label) { return .wnid(label) }
    if let resolution = known[label] { return resolution }
    let resolution = try Self.number(label).map { try resolve(number: $0, in: db) } ?? lookUp(label, in: db)
    known[label] = resolution
    return resolution
  }

  /// Digits alone: no lemma is such, but years and the like, which a list can name by wnid.
  private static func number(_ label: String) -> Int? {
    label.utf8.count <= 9 && label.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(label) : nil
  }

  private mutating func resolve(number: Int, in db: Database) throws -> Resolution {
    guard let numbers else {
      return .failure(
        errorClass: "unknown-class",
        message:
          "its class is the number \(number); give the images stage `labels:`, the list that says which it is"
      )
    }
    guard let label = numbers.label(of: number) else {
      return .failure(
        errorClass: "unknown-class",
        message: "its class is the number \(number), and those of \(numbers.name) go from "
          + "\(numbers.range.lowerBound) to \(numbers.range.upperBound); `labels-from` says where they begin")
    }
    return Self.isWNID(label) ? .wnid(label) : try lookUp(label, in: db)
  }

  private mutating func lookUp(_ label: String, in db: Database) throws -> Resolution {
    guard let taxonomyID else {
      return .failure(
        errorClass: "unknown-class",
        message: "its class \"\(label)\" is no wnid; give the images stage `synsets:` to look names up")
    }
    let hierarchy = try self.hierarchy ?? StoreHierarchy.load(taxonomy: taxonomyID, db)
    self.hierarchy = hierarchy
    do {
      return .wnid(try hierarchy.resolve(label).id.text)
    } catch {
      let errorClass = if case .ambiguous = error { "ambiguous-class" } else { "unknown-class" }
      return .failure(errorClass: errorClass, message: "its class: \(error)")
    }
  }

  /// `n` and eight digits.
  static func isWNID(_ text: String) -> Bool {
    let bytes = text.utf8
    return bytes.count == 9 && bytes.first == UInt8(ascii: "n")
      && bytes.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }
}
