/// What pax headers say of the member that follows (POSIX.1-2001, "pax Interchange Format"), as far as it matters
/// here.
struct PaxRecords {
  var path: [UInt8]?
  var linkPath: [UInt8]?
  var size: Int64?
  /// GNU's forms of files with holes.
  var sparse = Sparse()

  struct Sparse {
    var major: Int64?
    var name: [UInt8]?
    var realSize: Int64?
    /// Form 0.0: offset and length by turns, as records of their own; form 0.1: the same, between commas.
    var map: [Int64] = []
    var isPresent = false
  }

  /// More pieces than any file has that is an image.
  static let mostSparseNumbers = 1 << 17

  /// Adds the records of a header's data: "length key=value\n", the length counting itself.
  mutating func add(_ data: [UInt8]) throws(ArchiveProblem) {
    var rest = data[...]
    // The data may be padded with NULs.
    while let first = rest.first, first != 0 {
      guard let space = rest.prefix(21).firstIndex(of: 0x20), space > rest.startIndex,
        let length = Self.decimal(rest[..<space]), length <= rest.count,
        length > space - rest.startIndex + 1
      else { throw .paxRecord("a record's length is wrong") }
      let record = rest[(space + 1)..<(rest.startIndex + Int(length))]
      rest = rest[(rest.startIndex + Int(length))...]
      guard record.last == 0x0a, let equals = record.firstIndex(of: 0x3d) else {
        throw .paxRecord("a record without = or without its end")
      }
      try add(key: String(decoding: record[..<equals], as: UTF8.self), record[(equals + 1)...].dropLast())
    }
  }

  private mutating func add(key: String, _ value: ArraySlice<UInt8>) throws(ArchiveProblem) {
    func number() throws(ArchiveProblem) -> Int64 {
      guard let number = Self.decimal(value) else { throw .paxRecord("\(key) is no number") }
      return number
    }
    switch key {
    // An empty value takes an earlier one back. hdrcharset=BINARY needs no case: names are bytes all along.
    case "path": path = value.isEmpty ? nil : Array(value)
    case "linkpath": linkPath = value.isEmpty ? nil : Array(value)
    case "size": size = value.isEmpty ? nil : try number()
    case "GNU.sparse.major": sparse.major = try number()
    case "GNU.sparse.minor": _ = try number()
    case "GNU.sparse.name": sparse.name = Array(value)
    case "GNU.sparse.size", "GNU.sparse.realsize":
      sparse.realSize = try number()
      sparse.isPresent = true
    case "GNU.sparse.offset", "GNU.sparse.numbytes":
      sparse.map.append(try number())
      sparse.isPresent = true
    case "GNU.sparse.map":
      sparse.map = []
      for part in value.split(separator: 0x2c) {
        guard let number = Self.decimal(part) else { throw .paxRecord("\(key) is no list of numbers") }
        sparse.map.append(number)
      }
      sparse.isPresent = true
    default: return
    }
    if sparse.map.count > Self.mostSparseNumbers {
      throw .sparseMap("more than \(Self.mostSparseNumbers / 2) pieces")
    }
  }

  static func decimal(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int64(digit & 15)
    }
    return value
  }
}
