/// How large a tensor may be, so that no product of some of its dimensions overflows.
enum ShapeLimit {
  static let elements = 1 << 28

  /// Whether there are at most that many elements. A dimension of zero counts as one, since the others are multiplied
  /// without it too.
  static func allows(_ shape: [Int]) -> Bool {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
      guard size >= 0, !overflow, product <= elements else { return false }
      count = product
    }
    return true
  }

  static func check(input name: String, _ shape: [Int]) throws(NetworkError) {
    guard allows(shape) else {
      throw .invalidInput(
        name: name, reason: "its shape is \(shape); an input has at most \(elements) elements")
    }
  }
}
