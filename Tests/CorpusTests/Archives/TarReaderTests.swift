import Digest
import Foundation
import TestSupport
import Testing

@testable import Corpus

@Suite("Tar archives")
struct TarReaderTests {
  /// As `TarPeers.contents` tells them.
  private func contents(_ path: String) throws -> [String] {
    let archive = try ArchiveFile(inspecting: path)
    let reader = ImageReader()
    var found: [String: String] = [:]
    let isSound = try ArchiveWalk(archive, prefix: "", isWanted: ImageName.isImage).run { finding in
      guard case .file(let file) = finding else {
        if case .problem(_, let error) = finding { throw error }
        return
      }
      #expect(file.replacesEarlier == (found[file.key] != nil))
      found[file.key] = try reader.digest(of: .member(file.location)).digest.hex
    }
    #expect(isSound)
    return found.map { "\(Self.escaped($0.key))\t\($0.value)" }.sorted()
  }

  /// As Python's `repr` has it, of what the tests' names hold.
  private static func escaped(_ name: String) -> String {
    name.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\n", with: "\\n")
      .replacingOccurrences(of: "'", with: name.contains("'") ? "'" : "\\'")
  }

  @Test(
    .enabled(if: PythonPeer.isPresent, "no Python to make archives"),
    arguments: ["ustar", "gnu", "pax"], ["", ".gz"])
  func `odd names and kinds of members, as tarfile writes and reads them`(_ form: String, _ ending: String)
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("odd.tar")
    try PythonPeer.run(TarPeers.oddArchive, [path, form])
    if !ending.isEmpty { try TarPeers.shell("gzip odd.tar", in: folder) }
    #expect(try contents(path + ending) == TarPeers.contents(path + ending))
  }

  static let programs = [
    "tar --format=v7", "tar --format=oldgnu", "tar --format=gnu", "tar --format=ustar", "tar --format=posix",
    "tar --format=gnu -S", "tar --format=oldgnu -S", "tar --format=posix -S --sparse-version=0.0",
    "tar --format=posix -S --sparse-version=0.1", "tar --format=posix -S --sparse-version=1.0",
    "tar --format=gnu --label=volume", "tar --format=posix --pax-option=globexthdr.name=g,comment=all",
    "bsdtar --format=ustar", "bsdtar --format=pax", "bsdtar --format=gnutar", "bsdtar --format=v7tar",
    "bsdtar --format=pax --options=hdrcharset=BINARY",
  ]

  @Test(.enabled(if: PythonPeer.isPresent, "no Python to judge"), arguments: programs)
  func `archives of GNU tar and bsdtar, with holes and hard links`(_ program: String) throws {
    guard TarPeers.has(String(program.prefix { $0 != " " })) else { return }
    let folder = try TemporaryFolder()
    // Names of over 100 bytes only where the form has room for them.
    let isOld = program.contains("v7")
    let long = isOld ? "short" : String(repeating: "k", count: 60) + "/" + String(repeating: "m", count: 80)
    try TarPeers.shell(
      """
      mkdir -p 'in/\(long)' in/n01440764
      head -c 70000 /dev/urandom > 'in/\(long)/a.jpg'
      printf x > in/n01440764/tiny.jpg
      ln 'in/\(program.contains("ustar") ? "n01440764/tiny" : "\(long)/a").jpg' in/z-linked.jpg
      : > in/n01440764/empty.jpg
      truncate -s 3000000 in/holes.jpg
      printf start | dd of=in/holes.jpg conv=notrunc status=none
      for place in 5 20 40 41 80 120 200 300 310 400 500 600 601 640 700; do
        head -c 5000 /dev/urandom | dd of=in/holes.jpg bs=4096 seek=$place conv=notrunc status=none
      done
      truncate -s 1000000 in/only-a-hole.jpg
      ln -s tiny.jpg in/n01440764/link.txt
      \(program) -cf out.tar -C in .
      """, in: folder)
    let found = try contents(folder.path("out.tar"))
    #expect(found.count >= 6)
    #expect(try found == TarPeers.contents(folder.path("out.tar")))
  }

  @Test(.enabled(if: PythonPeer.isPresent, "no Python to make archives"))
  func `sizes in binary, checksums of signed bytes, and hard links that bring their data`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("binary.tar")
    try PythonPeer.run(
      """
      import sys, struct
      def header(name, size, type=b"0", link=b"", binary=False, signed=False):
          h = bytearray(512)
          h[0:len(name)] = name
          h[100:108] = b"0000644\\0"
          h[124:136] = b"\\x80" + size.to_bytes(11, "big") if binary else b"%011o\\0" % size
          h[136:148] = b"00000000000\\0"
          h[148:156] = b" " * 8
          h[156:157] = type
          h[157:157 + len(link)] = link
          h[257:265] = b"ustar\\x0000"
          total = sum(b - 256 if signed and b > 127 else b for b in h)
          h[148:156] = b"%06o\\0 " % total
          return bytes(h)
      def data(b): return b + bytes(-len(b) % 512)
      with open(sys.argv[1], "wb") as f:
          f.write(header(b"binary.jpg", 5, binary=True) + data(b"12345"))
          f.write(header(b"sign\\xc3\\xa9.jpg", 3, signed=True) + data(b"abc"))
          f.write(header(b"linked.jpg", 5, type=b"1", link=b"binary.jpg") + data(b"12345"))
          f.write(header(b"bare.jpg", 5, type=b"1", link=b"binary.jpg"))
          f.write(header(b"last.jpg", 1) + data(b"x") + bytes(1024))
      """, [path])
    let found = try contents(path).map { $0.prefix { $0 != "\t" } }
    #expect(found == ["bare.jpg", "binary.jpg", "last.jpg", "linked.jpg", "signé.jpg"])
  }

  @Test func `numbers of headers`() {
    func number(_ bytes: [UInt8]) -> Int64? { TarNumber.parse(bytes[...]) }
    #expect(number(Array("0000644\0".utf8)) == 420)
    #expect(number(Array("    644 ".utf8)) == 420)
    #expect(number(Array("77777777777\0".utf8)) == 8_589_934_591)
    #expect(number([UInt8](repeating: 0, count: 12)) == 0)
    #expect(number(Array("0008".utf8)) == nil)
    #expect(number(Array("-1".utf8)) == nil)
    #expect(number([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]) == 258)
    #expect(number([UInt8](repeating: 0xff, count: 12)) == -1)
    #expect(number([0x80, 1] + [UInt8](repeating: 0, count: 10)) == nil)
    #expect(number([0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7)) == .max)
    #expect(number([0x80, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7)) == nil)
  }

  @Test(.enabled(if: PythonPeer.isPresent, "no Python to judge"), arguments: ["tar -cSf", "tar -czf"])
  func `large members have the hash of their bytes, holes with them`(_ program: String) throws {
    let folder = try TemporaryFolder()
    try TarPeers.shell(
      """
      head -c 9000001 /dev/urandom > a.jpg; truncate -s 30000000 b.jpg
      head -c 5000000 /dev/urandom | dd of=b.jpg bs=1M seek=7 conv=notrunc status=none; \(program) big.tar a.jpg b.jpg
      """, in: folder)
    #expect(try contents(folder.path("big.tar")) == TarPeers.contents(folder.path("big.tar")))
    #expect(
      try ImageReader().digest(of: .file(folder.path("a.jpg"))).digest
        == SHA256.hash(FileContents.read(folder.path("a.jpg"))))
  }

  @Test func `random reads of a compressed archive give what reading in order gives`() throws {
    let folder = try TemporaryFolder()
    // Larger than the distance between the places that reading can go on from.
    for index in 0..<24 {
      var random = UInt64(index + 1)
      let bytes = (0..<700_000).map { _ -> UInt8 in
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: random >> 60)
      }
      try folder.write("in/\(100 + index).jpg", bytes)
    }
    try TarPeers.shell("tar -czf all.tgz -C in .", in: folder)
    var members: [ArchiveMember] = []
    _ = try ArchiveWalk(
      ArchiveFile(inspecting: folder.path("all.tgz")), prefix: "", isWanted: ImageName.isImage
    )
    .run { if case .file(let file) = $0 { members.append(file.location) } }
    #expect(members.count == 24)
    let reader = ImageReader()
    for step in [7, 23, 1, 5] {
      for index in 0..<24 {
        let member = members[index * step % 24]
        let expected = try FileContents.read(folder.path("in/\(member.name)"))
        #expect(try reader.bytes(of: .member(member)) == expected)
      }
    }
  }

  @Test func `an archive that was replaced is not read at the old offsets`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.jpg", "first")
    try TarPeers.shell("tar -cf x.tar a.jpg", in: folder)
    var member: ArchiveMember?
    let archive = try ArchiveFile(inspecting: folder.path("x.tar"))
    _ = try ArchiveWalk(archive, prefix: "", isWanted: { _ in true }).run {
      if case .file(let file) = $0 { member = file.location }
    }
    let found = try #require(member)
    #expect(try ImageReader().bytes(of: .member(found)) == Array("first".utf8))
    try TarPeers.shell("printf second > b.jpg; tar -cf x.tar b.jpg; touch -d '2001-02-03' x.tar", in: folder)
    #expect(throws: CorpusError.changedWhileRead(path: folder.path("x.tar"))) {
      try ImageReader().bytes(of: .member(found))
    }
  }

  @Test(arguments: [
    (0, "no tar archive"), (600, "after a.jpg"), (1_300, "cut off"), (1_536, "cut off"),
    (2_560, "without its end marker"),
  ])
  func `an archive that is cut off says where, and after what`(_ length: Int, _ reason: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("a.jpg", "x")
    try folder.write("b.jpg", String(repeating: "y", count: 600))
    try TarPeers.shell("tar -cf whole.tar a.jpg b.jpg; head -c \(length) whole.tar > cut.tar", in: folder)
    var problems: [CorpusError] = []
    let archive = try ArchiveFile(inspecting: folder.path("cut.tar"))
    let isSound = try ArchiveWalk(archive, prefix: "", isWanted: { _ in true }).run {
      if case .problem(_, let error) = $0 { problems.append(error) }
    }
    #expect(!isSound && problems.count == 1)
    let text = problems.first.map { "\($0)" } ?? ""
    #expect(text.hasPrefix("\(folder.path("cut.tar")), byte ") && text.contains(reason), "\(text)")
  }

  @Test
  func `joined archives, a wrong checksum, endless headers and absurd sizes are refused in little memory`()
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write("a.jpg", "x")
    try TarPeers.shell(
      """
      tar -cf a.tar a.jpg; cat a.tar a.tar > joined.tar
      cp a.tar sum.tar; printf Z | dd of=sum.tar bs=1 seek=5 conv=notrunc status=none
      """, in: folder)
    func problem(_ name: String) throws -> String {
      var text = ""
      _ = try ArchiveWalk(ArchiveFile(inspecting: folder.path(name)), prefix: "", isWanted: { _ in true }).run
      {
        if case .problem(_, let error) = $0 { text = "\(error)" }
      }
      return text
    }
    #expect(try problem("joined.tar").contains("data follows the end"))
    #expect(try problem("sum.tar").contains("no tar archive"))
    var header = try Array(FileContents.read(folder.path("a.tar"))[..<512])
    func write(_ name: String, type: String, size: String) throws {
      header.replaceSubrange(124..<136, with: Array((size + "\0").utf8))
      header[156] = Array(type.utf8)[0]
      header.replaceSubrange(148..<156, with: Array("        ".utf8))
      let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
      header.replaceSubrange(
        148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8))
      try folder.write(name, header + [UInt8](repeating: 0x61, count: 1_024))
    }
    try write("long.tar", type: "L", size: "77777777777")
    #expect(try problem("long.tar").contains("more than 1048576 bytes"))
    try write("huge.tar", type: "0", size: "77777777777")
    #expect(try problem("huge.tar").contains("cut off"))
    try write("pax.tar", type: "x", size: "00000002000")
    #expect(try problem("pax.tar").contains("pax header"))
  }
}
