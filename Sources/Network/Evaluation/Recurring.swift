extension Evaluation {
  static let recurring: [String: Function] = [:]
}
