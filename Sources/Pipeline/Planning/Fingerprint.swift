import Digest
import Foundation

/// One thing a fingerprint is made of, kept so that a later plan can say what changed.
public struct FingerprintComponent: Sendable, Hashable, Codable {
  public enum Role: String, Sendable, Codable {
    case kind
    case version
    case parameter
    case file
    case value
    case stage
  }

  public var role: Role
  /// "layer", "calibrate.count", "model".
  public var name: String
  /// For people; part of the hash only where there is no digest.
  public var text: String
  public var digest: String?

  /// - Throws: `DecodingError`.
  static func list(fromJSON json: String) throws -> [FingerprintComponent] {
    try JSONDecoder().decode([FingerprintComponent].self, from: Data(json.utf8))
  }
}

/// What makes a result the one it is. Two stages with equal fingerprints share one result.
public struct Fingerprint: Sendable, Hashable {
  public let components: [FingerprintComponent]
  /// 64 hexadecimal digits.
  public let hex: String

  /// Every part is hashed with its length before it, so that no two lists of parts read the same.
  public init(_ components: [FingerprintComponent]) {
    self.components = components
    var hash = SHA256()
    for component in components {
      for part in [component.role.rawValue, component.name, component.digest ?? component.text] {
        hash.update(UInt64(part.utf8.count))
        hash.update(part)
      }
    }
    hex = hash.finalize().hex
  }

  func componentsJSON() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(components), as: UTF8.self)
  }
}

extension Fingerprint {
  /// The fingerprint of a stage whose upstream results are known.
  ///
  /// - Throws: `PlanningError.unreadableFile`, and what the stage's `inputs()` throws.
  init(
    of stage: PipelineStage, upstream: [String: UpstreamResult], digests: inout FileDigests
  ) throws {
    var components = [
      FingerprintComponent(role: .kind, name: "uses", text: stage.uses),
      FingerprintComponent(role: .version, name: "results", text: String(stage.kind.resultsVersion)),
    ]
    components += CanonicalParameters.components(stage.parameters, declarations: stage.kind.parameters)
    for input in try stage.stage.inputs() {
      switch input {
      case .value(let name, let text):
        components.append(FingerprintComponent(role: .value, name: name, text: text))
      case .file(let name, let path):
        let digest = try digests.digest(ofFileAt: path, for: stage.name)
        let file = URL(fileURLWithPath: path).lastPathComponent
        components.append(FingerprintComponent(role: .file, name: name, text: file, digest: digest.hex))
      }
    }
    for reference in stage.references.sorted(by: { $0.parameter < $1.parameter })
    where reference.changesResult {
      guard let result = upstream[reference.parameter] else { continue }
      components.append(
        FingerprintComponent(
          role: .stage, name: reference.parameter, text: reference.stage, digest: result.fingerprint))
    }
    self.init(components)
  }
}
