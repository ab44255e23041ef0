import Gzip

/// Arrays of structures in a MATLAB file of version 5 (what `save -v7` and earlier write): as much of the format as
/// ILSVRC's meta.mat needs.
struct MATFile {
  /// What a structure's field holds.
  enum Value: Hashable {
    case number(Double)
    case text(String)
    /// Another array, not looked at.
    case other
  }

  struct Problem: Error, Hashable {
    let reason: String
    init(_ reason: String) { self.reason = reason }

    static let cutOff = Problem("it ends in the middle of an element")
  }

  private static let headerSize = 128
  /// ILSVRC's is a tenth of a megabyte.
  private static let largestArray = 64 << 20

  private let bytes: [UInt8]
  private let isBigEndian: Bool

  static func isRecognized(_ bytes: [UInt8]) -> Bool { bytes.starts(with: Array("MATLAB ".utf8)) }

  init(_ bytes: [UInt8]) throws(Problem) {
    guard Self.isRecognized(bytes), bytes.count >= Self.headerSize else {
      throw Problem("it does not begin as a MATLAB file of version 5")
    }
    let mark = bytes[126..<128]
    guard mark.elementsEqual("IM".utf8) || mark.elementsEqual("MI".utf8) else {
      throw Problem("it does not say how its numbers are written, as a MATLAB file of version 5 does")
    }
    isBigEndian = mark.elementsEqual("MI".utf8)
    let version = MATType.integer(bytes[124..<126], isBigEndian: isBigEndian)
    guard version == 0x100 else {
      throw Problem("it is a MATLAB file of another version than 5 (save it with -v7)")
    }
    self.bytes = bytes
  }

  /// The structures of an array, with the fields that are wanted.
  func structures(named name: String, fields: (String) -> Bool) throws(Problem) -> [[String: Value]] {
    var variables = elements(bytes.dropFirst(Self.headerSize))
    while let variable = try variables.next() {
      let matrix = variable.type == .compressed ? try unpacked(variable.contents) : variable
      guard matrix.type == .matrix else { continue }
      var parts = elements(matrix.contents)
      let header = try ArrayHeader(&parts)
      if header.name == name { return try structures(header, &parts, fields) }
    }
    throw Problem("it has no variable \(name)")
  }

  private func elements(_ bytes: ArraySlice<UInt8>) -> MATElements {
    MATElements(bytes, isBigEndian: isBigEndian)
  }

  private func unpacked(_ packed: ArraySlice<UInt8>) throws(Problem) -> MATElements.Element {
    let bytes: [UInt8]
    do {
      bytes = try ZlibData.unpack(packed, limit: Self.largestArray)
    } catch {
      switch error {
      case .tooLarge: throw Problem("a variable of it has more than \(Self.largestArray) bytes")
      case .damaged(let reason): throw Problem("a variable of it can't be unpacked: \(reason)")
      }
    }
    var elements = elements(bytes[...])
    return try elements.require()
  }

  private func structures(
    _ header: ArrayHeader, _ parts: inout MATElements, _ isWanted: (String) -> Bool
  ) throws(Problem) -> [[String: Value]] {
    guard header.kind == .structure else { throw Problem("\(header.name) is no array of structures") }
    let length = try parts.require()
    let names = try parts.require()
    guard
      let width = length.type.numbers(length.contents, isBigEndian: isBigEndian)?.first.flatMap(
        Int.init(exactly:)),
      width > 0, names.contents.count % width == 0
    else { throw Problem("the names of \(header.name)'s fields can't be read") }
    let fields = stride(from: names.contents.startIndex, to: names.contents.endIndex, by: width).map {
      start in
      String(decoding: names.contents[start..<start + width].prefix { $0 != 0 }, as: UTF8.self)
    }
    var structures: [[String: Value]] = []
    // Without fields there would be no bytes for a structure, and any number of them.
    for _ in 0..<(fields.isEmpty ? 0 : header.count) {
      var structure: [String: Value] = [:]
      for field in fields {
        let element = try parts.require()
        if isWanted(field) { structure[field] = try value(element) }
      }
      structures.append(structure)
    }
    return structures
  }

  private func value(_ element: MATElements.Element) throws(Problem) -> Value {
    guard element.type == .matrix, !element.contents.isEmpty else { return .other }
    var parts = elements(element.contents)
    let header = try ArrayHeader(&parts)
    guard header.kind != .other, header.kind != .structure, header.count > 0 else { return .other }
    let data = try parts.require()
    guard let numbers = data.type.numbers(data.contents, isBigEndian: isBigEndian) else { return .other }
    if header.kind == .number { return numbers.count == 1 ? .number(numbers[0]) : .other }
    if data.type == .utf8 { return .text(String(decoding: data.contents, as: UTF8.self)) }
    return .text(String(decoding: numbers.map { UInt16(exactly: $0) ?? 0xfffd }, as: UTF16.self))
  }
}

/// What an array begins with.
private struct ArrayHeader {
  enum Kind {
    case structure
    case text
    case number
    case other
  }

  var kind: Kind
  var count: Int
  var name: String

  init(_ parts: inout MATElements) throws(MATFile.Problem) {
    let flags = try parts.require()
    let sizes = try parts.require()
    let name = try parts.require()
    let isBigEndian = parts.isBigEndian
    guard let flag = flags.type.numbers(flags.contents, isBigEndian: isBigEndian)?.first,
      let sizes = sizes.type.numbers(sizes.contents, isBigEndian: isBigEndian)
    else { throw .init("an array's header can't be read") }
    switch UInt64(exactly: flag).map({ $0 & 0xff }) {
    case 2: kind = .structure
    case 4: kind = .text
    case .some(6...15): kind = .number
    default: kind = .other
    }
    count = Int(exactly: sizes.reduce(1, *)) ?? .max
    guard count >= 0 else { throw .init("an array has a negative size") }
    self.name = String(decoding: name.contents, as: UTF8.self)
  }
}
