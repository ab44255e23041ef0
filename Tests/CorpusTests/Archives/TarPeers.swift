import Foundation
import TestSupport

/// Archives made by programs nobody here wrote, and Python's tarfile, which judges what is in them.
enum TarPeers {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Whether a program is on the path.
  static func has(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  /// Runs a line of shell in a folder.
  static func shell(_ line: String, in folder: TemporaryFolder) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-euo", "pipefail", "-c", line]
    process.currentDirectoryURL = folder.url
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "status \(process.terminationStatus) of: \(line)")
    }
  }

  /// The files of an archive as tarfile sees them: "name\tSHA-256" a line, hard links by what they mean; of a name that
  /// comes again the last. Names without a leading "./" or "/", bytes that are not UTF-8 as %XX.
  static func contents(_ path: String) throws -> [String] {
    try PythonPeer.run(
      """
      import sys, tarfile, hashlib
      found = {}
      with tarfile.open(sys.argv[1], errors="surrogateescape", encoding="utf-8") as tar:
          for m in tar:
              if not (m.isreg() or m.islnk()): continue
              data = tar.extractfile(m).read()
              raw = m.name.encode("utf-8", "surrogateescape")
              try: name = raw.decode()
              except UnicodeDecodeError: name = "".join(chr(b) if b < 128 else "%%%02X" % b for b in raw)
              name = "/".join(p for p in name.split("/") if p not in ("", "."))
              found[name] = hashlib.sha256(data).hexdigest()
      for name in found: print(repr(name)[1:-1] + "\\t" + found[name])
      """, [path]
    ).split(separator: "\n").map(String.init).sorted()
  }

  /// Odd names and odd kinds of files, as a script for tarfile.
  static let oddArchive = """
    import sys, io, tarfile
    path, form = sys.argv[1], {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}[sys.argv[2]]
    names = ["plain.jpg", "./dot/./a.jpg", "/etc/absolute.jpg", "../../etc/outside.jpg", "with space and 'quotes'.jpg",
             "d" * 90 + "/" + "e" * 90 + "/f.jpg", "empty.jpg", "block.jpg", "blocks.jpg", "plain.jpg", "back\\\\slash.jpg"]
    if form != tarfile.USTAR_FORMAT:
        names += ["long/" + "x" * 200 + ".jpg", "very/" + "/".join(["y" * 100] * 12) + ".jpg", "\\u00fcml\\u00e4ut \\u732b.jpg",
                  "line\\nend.jpg"]
    with tarfile.open(path, "w", format=form, encoding="utf-8", errors="surrogateescape") as tar:
        for i, name in enumerate(names):
            info = tarfile.TarInfo(name)
            data = b"" if name == "empty.jpg" else bytes([i]) * {"block.jpg": 512, "blocks.jpg": 10240}.get(name, 700 + i)
            info.size = len(data)
            info.mtime = 1700000000.25 if form == tarfile.PAX_FORMAT else 1700000000
            tar.addfile(info, io.BytesIO(data))
        folder = tarfile.TarInfo("folder.jpg"); folder.type = tarfile.DIRTYPE; tar.addfile(folder)
        pipe = tarfile.TarInfo("pipe.fifo"); pipe.type = tarfile.FIFOTYPE; tar.addfile(pipe)
        hard = tarfile.TarInfo("hard.jpg"); hard.type = tarfile.LNKTYPE; hard.linkname = "block.jpg"; tar.addfile(hard)
        if form != tarfile.USTAR_FORMAT:
            hard = tarfile.TarInfo("hard long.jpg"); hard.type = tarfile.LNKTYPE; hard.linkname = names[11]; tar.addfile(hard)
        bad = tarfile.TarInfo("latin-\\udce9.jpg"); bad.size = 3; tar.addfile(bad, io.BytesIO(b"abc"))
    """
}
