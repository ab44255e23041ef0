import Foundation

/// Which release of WordNet a database says it is: only WordNet 3.0's offsets make wnids.
enum WNDBRelease: Equatable {
  case wordNet30
  /// `3.1`; empty where the file says something else.
  case other(String)

  /// - Parameter header: the indented lines at the top, where Princeton writes "WordNet 3.0 Copyright 2006". A file
  ///   without any is taken for WordNet 3.0.
  init(header: [String]) {
    let version = header.lazy.compactMap { line -> String? in
      guard let name = line.range(of: "WordNet ") else { return nil }
      let version = line[name.upperBound...].prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      return version.first?.isNumber == true ? String(version) : nil
    }.first
    self = header.isEmpty || version == "3.0" ? .wordNet30 : .other(version ?? "")
  }

  /// A wnid, or in another release `wn31-02086723-n`, which is none.
  func id(_ partOfSpeech: PartOfSpeech, offset: Int) -> SynsetID {
    let wnid = WNID(partOfSpeech, offset: Int32(clamping: offset)).text
    switch self {
    case .wordNet30: return SynsetID(wnid)
    case .other(let version):
      let digits = version.filter { $0 != "." }
      return SynsetID("\(digits.isEmpty ? "wndb" : "wn" + digits)-\(wnid.dropFirst())-\(partOfSpeech.letter)")
    }
  }
}
