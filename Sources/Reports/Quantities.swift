import Foundation

/// Numbers as people read them.
public enum Quantities {
  /// `1,234,567`
  public static func count(_ value: Int) -> String {
    var text = ""
    for (position, digit) in String(value.magnitude).reversed().enumerated() {
      if position > 0, position.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (value < 0 ? "-" : "") + String(text.reversed())
  }

  /// `1 image`, `2 images`
  public static func count(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  /// `0.3 s`, `12 s`, `4 min 05 s`, `2 h 10 min`
  public static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
    if seconds < 9.95 { return "\(fixed(max(0, seconds), 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(whole / 3600) h \(twoDigits(whole / 60 % 60)) min"
  }

  /// `1.5/s`, `413/s`, `12,345/s`
  public static func rate(_ perSecond: Double) -> String {
    guard perSecond.isFinite, perSecond < 1e12 else { return "" }
    return (perSecond < 10 ? fixed(perSecond, 1) : count(Int(perSecond.rounded()))) + "/s"
  }

  public static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  /// `0.0 %` … `100.0 %`
  public static func percent(_ share: Double) -> String { fixed(100 * share, 1) + " %" }

  /// `387.4 M`, `4.7 M`, `1,280`
  public static func magnitude(_ value: Int) -> String {
    if value >= 1_000_000_000 { return fixed(Double(value) / 1e9, 2) + " G" }
    if value >= 1_000_000 { return fixed(Double(value) / 1e6, 2) + " M" }
    return count(value)
  }

  /// `1.25 GB`, `4.70 MB`, `1,280 bytes`
  public static func bytes(_ count: Int) -> String {
    count >= 1_000_000 ? magnitude(count) + "B" : self.count(count, "byte")
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
