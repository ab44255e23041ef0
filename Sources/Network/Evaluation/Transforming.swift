extension Evaluation {
  static let transforming: [String: Function] = [:]
}
