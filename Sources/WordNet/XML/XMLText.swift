/// XML as it is put together, in UTF-8.
struct XMLText {
  var bytes: [UInt8] = []

  /// Markup, as it is.
  mutating func append(raw text: String) { bytes.append(contentsOf: text.utf8) }

  /// Text between tags or within double quotes. Line ends and tabs are escaped, because a reader would turn
  /// those of an attribute into spaces.
  ///
  /// - Returns: the first character that XML 1.0 (section 2.2) does not allow in any form, which is then left
  ///   out.
  mutating func append(content text: String) -> UInt32? {
    var forbidden: UInt32?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": append(raw: "&amp;")
      case "<": append(raw: "&lt;")
      case ">": append(raw: "&gt;")
      case "\"": append(raw: "&quot;")
      case "\t": append(raw: "&#9;")
      case "\n": append(raw: "&#10;")
      case "\r": append(raw: "&#13;")
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": forbidden = forbidden ?? scalar.value
      default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return forbidden
  }
}
