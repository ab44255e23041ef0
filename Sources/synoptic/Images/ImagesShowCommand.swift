import ArgumentParser
import Corpus
import FeatureStore
import GRDB
import Stages

struct ImagesShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show all that a store knows of one image: where it lies, its hash, class and boxes.",
    discussion: """
      An image is named by its path, the end of its path, or its id.

      EXAMPLES
        synoptic images show quickstart.sqlite tiger.png
        synoptic images show imagenet.sqlite n01440764.tar/n01440764_18.JPEG --json
      """)

  @Argument(help: "A store, or a pipeline file that names one.", completion: .file())
  var store: String

  @Argument(help: ArgumentHelp("An image of the store.", valueName: "path-or-id"))
  var image: String

  @OptionGroup var json: JSONFlag

  func run() throws {
    let shown = try OpenStore(store).database.read { db in try ShownImage(image, in: db) }
    try StandardOutput.write(json.isOn ? shown.json.line + "\n" : shown.text)
  }
}

/// An image with all that belongs to it.
struct ShownImage {
  private let image: ImageRecord
  private let content: ContentRecord?
  private let location: ImageLocation?
  private let layout: String?
  private let boxes: [BoxRecord]
  private let failure: RecordedImageFailure?
  private let names: SynsetNames

  struct RecordedImageFailure {
    let stage: String
    let errorClass: String
    let message: String
  }

  /// - Throws: `StoreError.unknownImage`, `.ambiguousImage`.
  init(_ text: String, in db: Database) throws {
    image = try ImageLookup.find(text, in: db)
    content = try image.contentID.flatMap { try ContentRecord.find(id: $0, in: db) }
    location = try ImageLocation.find(imageID: image.id, in: db)
    layout = try CorpusRecord.find(id: image.corpusID, in: db)?.layout
    boxes = try BoxRecord.all(ofImage: image.id, in: db)
    failure = try ImageFailures(db)[imageID: image.id].map {
      RecordedImageFailure(stage: $0.stage, errorClass: $0.errorClass, message: $0.message)
    }
    names = try SynsetNames(db)
  }

  private func className(_ wnid: String?) -> String {
    wnid.map { wnid in names.words(wnid).map { "\(wnid) (\($0))" } ?? wnid } ?? "-"
  }

  var text: String {
    var lines = [
      "path     \(image.path)", "id       \(image.id)", "class    \(className(image.wnid))",
      "size     \(Quantities.count(Int(image.size))) bytes",
      "sha256   \(content?.digest.hex ?? "not read yet")",
    ]
    switch location {
    case .file(let path): lines.append("file     \(path)")
    case .member(let member):
      let offset = member.extents.first?.offset ?? 0
      let form = member.archive.compression == .none ? "" : ", \(member.archive.compression.rawValue)"
      let holes = member.extents.count > 1 ? ", with holes" : ""
      lines.append("archive  \(member.archive.path)\(form), at byte \(offset)\(holes)")
    case nil: break
    }
    if let layout { lines.append("layout   \(layout)") }
    if let failure { lines.append("failed   in stage \(failure.stage): \(failure.message)") }
    var text = lines.map { TextTable.printable($0) + "\n" }.joined()
    guard !boxes.isEmpty else { return text }
    var table = TextTable([
      ("BOX", .right), ("LEFT", .right), ("TOP", .right), ("RIGHT", .right), ("BOTTOM", .right),
      ("CLASS", .left),
      ("", .left),
    ])
    for box in boxes {
      let marks = [box.box.isTruncated ? "truncated" : nil, box.box.isDifficult ? "difficult" : nil]
      table.append([
        "\(box.ordinal)", "\(box.box.left)", "\(box.box.top)", "\(box.box.right)", "\(box.box.bottom)",
        box.box.wnid.map { names.word($0) } ?? "\(box.box.label) ?",
        marks.compactMap(\.self).joined(separator: ", "),
      ])
    }
    text += "\n" + table.text
    return text
  }

  var json: JSON {
    var members: [JSON.Member] = [
      .init(name: "id", value: .integer(Int(image.id))), .init(name: "path", value: .string(image.path)),
      .init(name: "wnid", value: .text(image.wnid)),
      .init(name: "class", value: .text(image.wnid.flatMap(names.words))),
      .init(name: "size", value: .integer(Int(image.size))),
      .init(name: "sha256", value: .text(content?.digest.hex)),
      .init(name: "layout", value: .text(layout)), .init(name: "file", value: .text(location?.path)),
    ]
    if case .member(let member) = location {
      members.append(
        .init(
          name: "archive",
          value: [
            "path": .string(member.archive.path), "compression": .string(member.archive.compression.rawValue),
            "offset": .integer(Int(member.extents.first?.offset ?? 0)),
            "extents": .integer(member.extents.count),
          ]))
    }
    members.append(
      .init(
        name: "boxes",
        value: .array(
          boxes.map { box in
            [
              "left": .integer(box.box.left), "top": .integer(box.box.top), "right": .integer(box.box.right),
              "bottom": .integer(box.box.bottom), "label": .string(box.box.label),
              "wnid": .text(box.box.wnid),
              "truncated": .boolean(box.box.isTruncated), "difficult": .boolean(box.box.isDifficult),
            ]
          })))
    if let failure {
      members.append(
        .init(
          name: "failure",
          value: [
            "stage": .string(failure.stage), "class": .string(failure.errorClass),
            "message": .string(failure.message),
          ]))
    }
    return .object(members)
  }
}
