/// A piece of a page: HTML or SVG, as a value.
///
/// Whatever comes from data is text or an attribute's value, and those are escaped when they are written; names of
/// elements and attributes, and style sheets, can only be literals. So nothing that a store holds, a file's name say,
/// can become markup. What is written is HTML and well-formed XML at once.
public indirect enum Markup: Sendable {
  case text(String)
  case element(StaticString, [Attribute], [Markup])
  case group([Markup])
  case styleSheet(StaticString)

  public struct Attribute: Sendable {
    let name: StaticString
    let value: String

    public init(_ name: StaticString, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var written: String {
    var text = ""
    write(to: &text)
    return text
  }

  func write(to text: inout String) {
    switch self {
    case .text(let content): Self.escape(content, into: &text)
    case .group(let parts): for part in parts { part.write(to: &text) }
    case .styleSheet(let css): text += "<style>\(css)</style>"
    case .element(let name, let attributes, let children):
      text += "<\(name)"
      for attribute in attributes {
        text += " \(attribute.name)=\""
        Self.escape(attribute.value, into: &text)
        text += "\""
      }
      if children.isEmpty, Self.closesItself("\(name)") {
        text += "/>"
        return
      }
      text += ">"
      for child in children { child.write(to: &text) }
      text += "</\(name)>"
    }
  }

  /// Those of HTML that have no content, and SVG's shapes, which take either form.
  private static func closesItself(_ name: String) -> Bool {
    ["meta", "br", "rect", "line", "path", "circle", "polyline", "polygon", "stop"].contains(name)
  }

  /// Control characters, which neither HTML nor XML allows, become U+FFFD.
  private static func escape(_ content: String, into text: inout String) {
    for scalar in content.unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      case "\n", "\t": text.unicodeScalars.append(scalar)
      default:
        let isAllowed = scalar.properties.generalCategory != .control && scalar.value & 0xfffe != 0xfffe
        text.unicodeScalars.append(isAllowed ? scalar : "\u{fffd}")
      }
    }
  }
}

extension Markup: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self = .text(value) }
}

extension Markup {
  /// An element with a class.
  static func tag(_ name: StaticString, _ style: String? = nil, _ children: Markup...) -> Markup {
    .element(name, style.map { [Attribute("class", $0)] } ?? [], children)
  }

  static func tag(_ name: StaticString, _ style: String? = nil, children: [Markup]) -> Markup {
    .element(name, style.map { [Attribute("class", $0)] } ?? [], children)
  }

  /// A name from the outside: it can't run into what stands beside it, whatever the direction of its script, and its
  /// control characters are shown.
  static func name(_ text: String) -> Markup { .tag("bdi", nil, .text(visible(text))) }

  /// A file's name may hold a line feed or an escape sequence.
  static func visible(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      if scalar.properties.generalCategory == .control {
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}
