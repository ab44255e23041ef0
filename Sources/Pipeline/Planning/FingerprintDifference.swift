/// Says in words what tells two fingerprints of one stage apart.
enum FingerprintDifference {
  static func reasons(from old: [FingerprintComponent], to new: [FingerprintComponent]) -> [String] {
    struct Key: Hashable {
      var role: FingerprintComponent.Role
      var name: String
    }
    let before = Dictionary(old.map { (Key(role: $0.role, name: $0.name), $0) }, uniquingKeysWith: { $1 })
    let after = Dictionary(new.map { (Key(role: $0.role, name: $0.name), $0) }, uniquingKeysWith: { $1 })
    var reasons: [String] = []
    for component in new {
      let earlier = before[Key(role: component.role, name: component.name)]
      if let reason = reason(from: earlier, to: component) { reasons.append(reason) }
    }
    for component in old where after[Key(role: component.role, name: component.name)] == nil {
      if let reason = reason(from: component, to: nil) { reasons.append(reason) }
    }
    return reasons
  }

  private static func reason(from old: FingerprintComponent?, to new: FingerprintComponent?) -> String? {
    guard let component = new ?? old else { return nil }
    let name = component.name
    let was = old?.text ?? "(none)"
    let becomes = new?.text ?? "(none)"
    let changed = old == nil || new == nil || (old?.digest ?? old?.text) != (new?.digest ?? new?.text)
    guard changed else { return nil }
    switch component.role {
    case .kind: return "uses: \(was) -> \(becomes)"
    case .version: return "results of this kind are made differently now (version \(was) -> \(becomes))"
    case .parameter: return "parameter \(name): \(was) -> \(becomes)"
    case .value: return "\(name): \(was) -> \(becomes)"
    case .file:
      return was == becomes ? "\(name): contents changed (\(becomes))" : "\(name): \(was) -> \(becomes)"
    case .stage:
      return was == becomes ? "\(name): stage \(becomes) changed" : "\(name): stage \(was) -> \(becomes)"
    }
  }
}
