import Foundation
import TestSupport
import Testing

/// Corpora as people have them, from the command line to vectors.
@Suite("Sources of images", .enabled(if: PythonPeer.isPresent, "no Python to make a network"))
struct ImageSourceTests {
  private func pipeline(_ name: String, _ photos: String, features: String = "", in project: SmallProject)
    throws
  {
    try project.folder.write(
      "\(name).yaml",
      """
      store: \(name).sqlite
      stages:
        taxonomy: { uses: synsets, source: structure.xml }
        photos: { uses: images, synsets: taxonomy, \(photos) }
        network: { uses: network, model: tiny.onnx, labels: labels.txt, preprocess: plain, precision: float32 }
        embedding: { uses: features, network: network, images: photos, batch: 4\(features) }
        index: { uses: index, features: embedding }

      """)
  }

  private func shell(_ line: String, in project: SmallProject) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-euc", line]
    process.currentDirectoryURL = project.folder.url
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(line)")
  }

  /// The vectors of a store, in path order.
  private func vectors(_ name: String, in project: SmallProject) throws -> Data {
    let outcome = try project.synoptic("features export \(name).sqlite --output \(name).npy")
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try Data(contentsOf: URL(fileURLWithPath: project.folder.path("\(name).npy")))
  }

  @Test func `an archive that has a name twice and a member that fails is current after its run`() throws {
    let project = try SmallProject(images: 4, hasBrokenFile: false)
    try shell(
      "find photos -name .keep -delete; cd photos; f=$(find . -name '*.p*' -o -name '*.j*' | sort | head -1); "
        + "tar -cf ../twice.tar --sort=name n00000002 n00000003; ln -s nowhere n00000002/link.jpg; "
        + "tar -rf ../twice.tar n00000002/link.jpg; printf x >> $f; tar -rf ../twice.tar $f", in: project)
    try pipeline("twice", "source: twice.tar", in: project)
    let first = try project.synoptic("run twice.yaml")
    #expect(first.status == 2, "\(first.errors)")
    let plan = try project.synoptic("plan twice.yaml")
    #expect(!plan.output.contains("changed") && !plan.output.contains("stale"), "\(plan.output)")
    let listed = try project.synoptic("images list twice.sqlite").output
    let rows = listed.split(separator: "\n").count { $0.contains("/") }
    let stage = try #require(first.output.split(separator: "\n").first { $0.hasPrefix("photos") })
    #expect(rows > 1 && stage.split(separator: " ")[3...4] == ["\(rows)", "1"], "\(stage)\n\(listed)")
  }

  @Test(arguments: [
    ("photos.tar", "tar -cf photos.tar -C photos --sort=name n00000002 n00000003"),
    ("photos.tar.gz", "tar -czf photos.tar.gz -C photos --sort=name n00000002 n00000003"),
    (
      "train.tar",
      "for c in n00000002 n00000003; do tar -cf $c.tar -C photos/$c --sort=name .; done; tar -cf train.tar n0*.tar"
    ),
  ])
  func `members of archives have the vectors that the files have`(_ archive: String, _ command: String) throws
  {
    let project = try SmallProject(images: 4, hasBrokenFile: false)
    try shell("find photos -name .keep -delete; \(command)", in: project)
    try pipeline("files", "source: photos", in: project)
    try pipeline("members", "source: \(archive)", in: project)
    for name in ["files", "members"] {
      let outcome = try project.synoptic("run \(name).yaml")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try vectors("files", in: project) == vectors("members", in: project))

    // Nothing has changed, so the archive is not read again; and every way to an image goes through its members.
    let again = try project.synoptic("run members.yaml --json")
    let stages = again.json["stages"] as? [String: [String: Any]]
    #expect(stages?["photos"]?["state"] as? String == "current")
    let shown = try project.synoptic("images show members.sqlite n00000002/1.png --json")
    let path = shown.json["path"] as? String ?? project.folder.path("none")
    if archive != "train.tar" { #expect(path == "n00000002/1.png") }
    let like = try project.synoptic("search members.sqlite --like 3.png --under cat -k 2 --json")
    #expect(like.status == 64 || like.status == 0, "\(like.errors)")
    #expect(try project.synoptic("images verify members.sqlite").status == 0)
  }

  @Test func `verify finds what size and time hide`() throws {
    let project = try SmallProject(images: 2, hasBrokenFile: false)
    try shell("tar -cf photos.tar -C photos n00000002 n00000003", in: project)
    try pipeline("members", "source: photos.tar", in: project)
    #expect(try project.synoptic("run members.yaml").status == 0)
    let shown = try project.synoptic("images show members.sqlite n00000003/1.png --json")
    let offset = try #require((shown.json["archive"] as? [String: Any])?["offset"] as? Int)
    try shell(
      "touch -r photos.tar stamp; printf X | dd of=photos.tar bs=1 seek=\(offset + 60) conv=notrunc status=none; touch -r stamp photos.tar",
      in: project)
    let outcome = try project.synoptic("images verify members.sqlite --json")
    #expect(outcome.status == 2)
    let failures = outcome.json["failures"] as? [[String: Any]]
    #expect(failures?.map { $0["path"] as? String } == ["n00000003/1.png"])
    #expect(failures?.first?["class"] as? String == "other-bytes")
  }

  @Test(arguments: ["photos", "photos.tar"])
  func `a run that verifies takes in what size and time hide, and works that alone`(_ source: String) throws {
    let project = try SmallProject(images: 2, hasBrokenFile: false)
    let photo = "photos/n00000003/1.png"
    // A byte behind the image's end, which changes its hash and none of its pixels.
    try shell("printf A >> \(photo); tar -cf photos.tar -C photos n00000002 n00000003", in: project)
    try pipeline("verified", "source: \(source)", in: project)
    #expect(try project.synoptic("run verified.yaml").status == 0)

    func run(_ options: String = "") throws -> (stages: [String: [String: Any]], errors: String) {
      let outcome = try project.synoptic("run verified.yaml --json\(options)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      return (outcome.json["stages"] as? [String: [String: Any]] ?? [:], outcome.errors)
    }
    let shown = try project.synoptic("images show verified.sqlite n00000003/1.png --json").json
    let offset = (shown["archive"] as? [String: Any])?["offset"] as? Int ?? 0
    let file = source == "photos" ? photo : source
    try shell(
      """
      touch -r \(file) stamp; printf B | dd of=\(file) bs=1 conv=notrunc status=none \
        seek=$((\(offset) + $(stat -c %s \(photo)) - 1)); touch -r stamp \(file)
      """, in: project)
    #expect(try run().stages.allSatisfy { $0.value["state"] as? String == "current" })
    #expect(try project.synoptic("images verify verified.sqlite").status == 2)

    let (stages, errors) = try run(" --verify")
    #expect(errors.contains("n00000003/1.png: other bytes than were listed"), "\(errors)")
    #expect(stages["photos"]?["state"] as? String == "done")
    #expect(stages["embedding"]?["state"] as? String == "done")
    #expect(try project.synoptic("images verify verified.sqlite").status == 0)

    let (again, complaints) = try run(" --verify")
    #expect(!complaints.contains("other bytes"))
    #expect(again["photos"]?["state"] as? String == "done")
    #expect(again["embedding"]?["state"] as? String == "current")
    #expect(try run().stages.allSatisfy { $0.value["state"] as? String == "current" })
  }

  @Test func `an archive that is cut off gives what is whole, and says where it ends`() throws {
    let project = try SmallProject(images: 3, hasBrokenFile: false)
    try shell(
      "tar -cf whole.tar -C photos --sort=name n00000002 n00000003; head -c $(($(stat -c %s whole.tar) / 2)) whole.tar > cut.tar",
      in: project)
    try pipeline("cut", "source: cut.tar", in: project)
    let outcome = try project.synoptic("run cut.yaml")
    #expect(outcome.status == 2)
    let failed = try project.synoptic("images list cut.sqlite --failed")
    #expect(failed.output.contains("archive-truncated") && failed.output.contains("cut.tar, byte "))
    #expect(try project.synoptic("images list cut.sqlite").output.contains("n00000002/0.png"))
    #expect(try project.synoptic("images scan cut.tar").status == 2)
  }

  @Test func `boxes have the vectors of what Pillow cuts out`() throws {
    let project = try SmallProject(images: 3, hasBrokenFile: false)
    try PythonPeer.run(
      """
      import sys, pathlib
      from PIL import Image
      root = pathlib.Path(sys.argv[1])
      boxes = {"n00000002/0": [(3, 4, 30, 20), (0, 0, 48, 40)], "n00000003/2": [(10, 5, 11, 30), (20, 20, 90, 90)]}
      for name, found in boxes.items():
          xml = "".join(f"<object><name>{name[:9]}</name><bndbox><xmin>{l}</xmin><ymin>{t}</ymin><xmax>{r}</xmax>"
                        f"<ymax>{b}</ymax></bndbox></object>" for l, t, r, b in found)
          path = root / "boxes" / (name + ".xml")
          path.parent.mkdir(parents=True, exist_ok=True)
          path.write_text(f"<annotation>{xml}</annotation>")
          image = Image.open(root / "photos" / (name + ".png"))
          for i, (l, t, r, b) in enumerate(found):
              out = root / "crops" / f"{name}-{i}.png"
              out.parent.mkdir(parents=True, exist_ok=True)
              image.crop((l, t, min(r, image.width), min(b, image.height))).save(out)
      """, [project.folder.url.path])
    try pipeline("boxes", "source: photos, boxes: boxes", features: ", crop: boxes", in: project)
    try pipeline("crops", "source: crops", in: project)
    for name in ["boxes", "crops"] {
      let outcome = try project.synoptic("run \(name).yaml")
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try vectors("boxes", in: project) == vectors("crops", in: project))
    let rows = try String(contentsOfFile: project.folder.path("boxes.jsonl"), encoding: .utf8)
    #expect(rows.contains(#""box": [20, 20, 90, 90]"#))

    let shown = try project.synoptic("images show boxes.sqlite n00000002/0.png")
    #expect(shown.output.contains("BOX") && shown.output.contains("48"))
    let found = try project.synoptic("search boxes.sqlite --like n00000002/0.png --box 1 -k 4 --json")
    #expect(found.status == 0, "\(found.errors)")
    let results = found.json["results"] as? [[String: Any]]
    #expect(results?.count == 2 && results?.allSatisfy { $0["box"] != nil } == true)
    let ofClass =
      try project.synoptic("search boxes.sqlite --class cat --json").json["results"] as? [[String: Any]]
    #expect(ofClass?.count == 2)

    // A box that moves is another item; the rest stays.
    let path = project.folder.path("boxes/n00000002/0.xml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try project.folder.write(
      "boxes/n00000002/0.xml", text.replacingOccurrences(of: "<xmin>3<", with: "<xmin>13<"))
    let plan = try project.synoptic("plan boxes.yaml")
    #expect(plan.output.contains("1 image with other boxes"), "\(plan.output)")
    #expect(try project.synoptic("run boxes.yaml").status == 0)
    #expect(try vectors("boxes", in: project) != vectors("crops", in: project))
    #expect(try project.synoptic("check boxes.sqlite").status == 0)
  }

  /// The program where anyone may run it, and whether nobody may: temporary folders can be closed to others.
  private static let openProgram: TemporaryFolder? = {
    guard geteuid() == 0, let path = Program.path, let folder = try? TemporaryFolder() else { return nil }
    chmod(folder.url.path, 0o755)
    let copied: Void? = try? FileManager.default.copyItem(atPath: path, toPath: folder.path("synoptic"))
    chmod(folder.path("synoptic"), 0o755)
    let outcome = copied.flatMap { try? asNobody([folder.path("synoptic"), "--version"]) }
    return outcome?.status == 0 ? folder : nil
  }()

  private static func asNobody(_ command: [String]) throws -> (status: Int32, output: Data) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + command
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, printed)
  }

  @Test(.enabled(if: openProgram != nil, "needs root, setpriv and a program that nobody may run"))
  func `what may not be read is told, and the rest is found`() throws {
    let program = try #require(Self.openProgram)
    let folder = try TemporaryFolder()
    try folder.write("photos/n00000002/a.jpg", "x")
    try folder.write("photos/closed/b.jpg", "x")
    chmod(folder.path("photos/closed"), 0)
    chmod(folder.url.path, 0o755)
    let (status, printed) = try Self.asNobody([
      program.path("synoptic"), "images", "scan", folder.path("photos"), "--json",
    ])
    #expect(status == 2)
    let json = try JSONSerialization.jsonObject(with: printed) as? [String: Any]
    #expect(json?["images"] as? Int == 1)
    #expect((json?["problems"] as? [String: Int]) == ["permission-denied": 1])
  }
}
