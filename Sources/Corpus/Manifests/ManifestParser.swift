import Foundation

/// A manifest's records, one after another.
struct ManifestParser {
  struct Record {
    var line: Int
    var path: String
    var label: String?
  }

  /// Column names and keys, in the order they are looked for.
  static let pathNames = ["path", "file", "filename", "image"]
  static let labelNames = ["class", "label", "synset", "wnid"]

  let format: ManifestFormat
  let file: String
  /// Where path and class stand, once the first record has been seen.
  private var columns: (path: Int, label: Int?)?
  private var isFirstRecord = true

  init(format: ManifestFormat, file: String) {
    self.format = format
    self.file = file
  }

  /// - Throws: `CorpusError.manifest` with the line that is wrong, and what `body` throws.
  mutating func forEachRecord(_ body: (Record) throws -> Void) throws {
    var reader = try LineReader(file)
    while let text = try reader.next() {
      let line = reader.line
      if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      let fields: (path: String, label: String?)?
      switch format {
      case .jsonLines: fields = try object(text, line)
      case .tsv:
        fields = try row(text.split(separator: 0x09, omittingEmptySubsequences: false).map(Array.init), line)
      case .csv: fields = try row(try quotedFields(text, line, &reader), line)
      }
      guard let fields else { continue }
      guard !fields.path.isEmpty else { throw failure(line, "the path is empty") }
      guard !fields.path.utf8.contains(0) else { throw failure(line, "the path holds a NUL") }
      let label = fields.label.flatMap { $0.isEmpty ? nil : $0 }
      try body(Record(line: line, path: fields.path, label: label))
    }
  }

  private func failure(_ line: Int, _ reason: String) -> CorpusError {
    .manifest(file: file, line: line, reason: reason)
  }

  /// A record of columns; nil when it is the header.
  private mutating func row(_ bytes: [[UInt8]], _ line: Int) throws(CorpusError) -> (
    path: String, label: String?
  )? {
    var fields: [String] = []
    for field in bytes {
      guard let text = String(validating: field, as: UTF8.self) else { throw failure(line, "not UTF-8") }
      fields.append(text)
    }
    if let columns {
      let needed = max(columns.path, columns.label ?? 0) + 1
      guard fields.count >= needed else {
        throw failure(line, "\(fields.count) columns where the header has at least \(needed)")
      }
      return (fields[columns.path], columns.label.map { fields[$0] })
    }
    defer { isFirstRecord = false }
    let names = !isFirstRecord ? [] : fields.map { $0.lowercased().trimmingCharacters(in: .whitespaces) }
    if let path = Self.pathNames.lazy.compactMap({ names.firstIndex(of: $0) }).first {
      columns = (path, Self.labelNames.lazy.compactMap { names.firstIndex(of: $0) }.first)
      return nil
    }
    guard fields.count <= 2 else {
      throw failure(
        line,
        "\(fields.count) columns without a header; a first line such as \"path\" and \"class\" names them")
    }
    return (fields[0], fields.count == 2 ? fields[1] : nil)
  }

  /// A CSV record's fields; reads on where a quoted field holds a line's end.
  private func quotedFields(
    _ first: [UInt8], _ line: Int, _ reader: inout LineReader
  ) throws(CorpusError) -> [[UInt8]] {
    let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
    var text = first
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuoted = false
    var index = 0
    while true {
      guard index < text.count else {
        guard isQuoted else { break }
        guard field.count < LineReader.longestLine, let more = try reader.next() else {
          throw failure(line, "a quote that is not closed")
        }
        field.append(0x0a)
        (text, index) = (more, 0)
        continue
      }
      let byte = text[index]
      index += 1
      if isQuoted {
        if byte != quote {
          field.append(byte)
        } else if index < text.count && text[index] == quote {
          field.append(quote)
          index += 1
        } else {
          isQuoted = false
        }
      } else if byte == comma {
        fields.append(field)
        (field, wasQuoted) = ([], false)
      } else if byte == quote && field.isEmpty && !wasQuoted {
        (isQuoted, wasQuoted) = (true, true)
      } else if wasQuoted {
        throw failure(line, "text after a closing quote")
      } else {
        field.append(byte)
      }
    }
    fields.append(field)
    return fields
  }

  private func object(_ text: [UInt8], _ line: Int) throws(CorpusError) -> (path: String, label: String?) {
    guard let value = try? JSONSerialization.jsonObject(with: Data(text)),
      let object = value as? [String: Any]
    else { throw failure(line, "not a JSON object") }
    guard let path = Self.pathNames.lazy.compactMap({ object[$0] as? String }).first else {
      throw failure(line, "no string under \"path\", \"file\", \"filename\" or \"image\"")
    }
    guard let label = Self.labelNames.lazy.compactMap({ object[$0] }).first, !(label is NSNull) else {
      return (path, nil)
    }
    guard let text = JSONClass.text(label) else { throw failure(line, JSONClass.refusal) }
    return (path, text)
  }
}
