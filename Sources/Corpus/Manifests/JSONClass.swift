import Foundation

/// A class as a manifest's or a sample's JSON has it.
enum JSONClass {
  /// Its text, or its whole number as text; nil for anything else.
  static func text(_ value: Any) -> String? {
    if let text = value as? String { return text }
    // A truth value is an NSNumber too, of one or zero.
    guard let number = value as? NSNumber, String(cString: number.objCType) != "c" else { return nil }
    return Int(exactly: number.doubleValue).map(String.init)
  }

  static let refusal = "a class that is neither a string nor a whole number"
}
