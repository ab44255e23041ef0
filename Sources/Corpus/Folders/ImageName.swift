/// What names tell of files.
enum ImageName {
  private static let endings = [".jpg", ".jpeg", ".jpe", ".jfif", ".png"].map { Array($0.utf8) }
  /// Of archives, that have two parts.
  private static let archiveEndings = [".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"].map { Array($0.utf8) }
  /// Of what stands beside images and is none.
  private static let endingsOfOthers: Set<String> = [
    "txt", "xml", "json", "jsonl", "csv", "tsv", "cls", "md", "mat", "yaml", "yml", "npy", "html", "log",
    "db",
    "ini",
  ]

  /// Whether it ends as those of JPEG and PNG files do, in any case.
  static func isImage(_ name: ArraySlice<UInt8>) -> Bool {
    // Most names are decided by their last byte: g, or e or f.
    guard let last = name.last, (0x65...0x67).contains(last | 0x20) else { return false }
    return endings.contains { ends(name, in: $0) }
  }

  static func isImage(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { bytes in
      let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
      guard start < bytes.count, bytes[start] != UInt8(ascii: "."),
        (0x65...0x67).contains(bytes[bytes.count - 1] | 0x20)
      else { return false }
      return isImage(Array(bytes[start...])[...])
    }
  }

  /// How a name that is no image's ends, "in .gif" or "without an ending"; nil for those that are about images, and for
  /// hidden ones.
  static func unreadEnding(_ name: ArraySlice<UInt8>) -> String? {
    if let archive = archiveEndings.first(where: { ends(name, in: $0) }) {
      return "in \(String(decoding: archive, as: UTF8.self))"
    }
    guard let first = name.first, first != UInt8(ascii: ".") else { return nil }
    // What is longer than eight letters is part of a name that has a dot in it.
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), name.count - (dot - name.startIndex) <= 9,
      let ending = String(validating: name[(dot + 1)...], as: UTF8.self)?.lowercased(), !ending.isEmpty,
      ending.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { return "without an ending" }
    return endingsOfOthers.contains(ending) ? nil : "in .\(ending)"
  }

  private static func ends(_ name: ArraySlice<UInt8>, in ending: [UInt8]) -> Bool {
    name.count > ending.count
      && zip(name.suffix(ending.count), ending).allSatisfy { byte, expected in
        byte == expected || ((0x41...0x5a).contains(byte) && byte | 0x20 == expected)
      }
  }
}

/// Names that are not UTF-8.
enum EscapedName {
  /// Every byte outside ASCII as %XX.
  static func text(_ name: ArraySlice<UInt8>) -> String {
    let digits = Array("0123456789ABCDEF")
    return name.reduce(into: "") { text, byte in
      if byte < 0x80 {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}

/// WordNet's names of noun synsets: `n` and eight digits.
enum WNID {
  /// The name as text where it is one.
  static func parse(_ name: some Collection<UInt8>) -> String? {
    guard name.count == 9, name.first == UInt8(ascii: "n"),
      name.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return String(decoding: name, as: UTF8.self)
  }

  /// The nearest to the end of a path's folders and archives that is a wnid: `n01440764.tar/x.jpg`.
  static func nearest(in path: String) -> String? {
    for part in path.utf8.split(separator: UInt8(ascii: "/")).dropLast().reversed() {
      if let wnid = parse(part.prefix { $0 != UInt8(ascii: ".") }) { return wnid }
    }
    return nil
  }
}
