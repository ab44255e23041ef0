import Foundation
import TestSupport
import Testing

@Suite("Standard output")
struct OutputTests {
  /// More than a pipe holds, so that the program is still writing when its reader has gone.
  private static func wideHierarchy(in folder: TemporaryFolder) throws {
    let children = (0..<20_000).map { "<synset wnid=\"n\($0 + 10)\" words=\"word \($0)\" gloss=\"-\"/>\n" }
      .joined()
    try folder.write(
      "wide.xml",
      "<ImageNetStructure><releaseData>x</releaseData><synset wnid=\"n1\" words=\"all\" gloss=\"-\">\(children)"
        + "</synset></ImageNetStructure>")
  }

  @Test("a reader that goes away ends a listing quietly")
  func closedPipe() throws {
    let folder = try TemporaryFolder()
    try Self.wideHierarchy(in: folder)
    let program = try #require(Program.path)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = [
      "-c", "\"$1\" synsets tree --from wide.xml 2> errors | head -n 1; echo \"${PIPESTATUS[0]}\"", "bash",
      program,
    ]
    shell.currentDirectoryURL = folder.url
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    shell.waitUntilExit()
    #expect(output == "all  n1\n0\n")
    #expect(try String(contentsOfFile: folder.path("errors"), encoding: .utf8).isEmpty)
  }

  @Test("a link to a file stays one, and a pipe stays a pipe")
  func linksAndPipes() throws {
    let folder = try TemporaryFolder()
    try Self.wideHierarchy(in: folder)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.xml"), withDestinationPath: "new.xml")
    #expect(try Program.run(["synsets", "convert", "wide.xml", "link.xml"], in: folder).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.xml")) == "new.xml")
    #expect(try String(contentsOfFile: folder.path("new.xml"), encoding: .utf8).contains("synset"))
    #expect(mkfifo(folder.path("pipe.xml"), 0o600) == 0)
    let refused = try Program.run(["synsets", "convert", "wide.xml", "pipe.xml"], in: folder)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("pipe.xml is a pipe or a device; name a file to write"))
    var status = stat()
    #expect(stat(folder.path("pipe.xml"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test("a file is replaced only when the new one is whole")
  func outputIsAtomic() throws {
    let folder = try TemporaryFolder()
    try Self.wideHierarchy(in: folder)
    try folder.write("old.xml", "as it was")
    try folder.write("broken.xml", "<ImageNetStructure><synset")
    #expect(try Program.run(["synsets", "convert", "broken.xml", "old.xml"], in: folder).status == 1)
    #expect(try String(contentsOfFile: folder.path("old.xml"), encoding: .utf8) == "as it was")
    #expect(try Program.run(["synsets", "convert", "wide.xml", "old.xml"], in: folder).status == 0)
    let back = try Program.run(["synsets", "tree", "--from", "old.xml", "--depth", "0"], in: folder)
    #expect(back.output == "all  n1  (+20000)\n")
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(left == ["broken.xml", "old.xml", "wide.xml"])
  }
}
