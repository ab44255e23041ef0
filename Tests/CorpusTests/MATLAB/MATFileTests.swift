import Foundation
import TestSupport
import Testing

@testable import Corpus

/// MATLAB's own files, which SciPy brings for its tests and reads: of both byte orders, packed and not.
@Suite(.enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON, which Scripts/test sets"))
struct `MATLAB files` {
  private struct Judged: Decodable {
    var path: String
    /// By variable: what SciPy makes of its structures' numbers and texts.
    var structures: [String: [[String: Field]]]
  }

  private enum Field: Decodable, Equatable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self = try (try? container.decode(Double.self)).map(Self.number) ?? .text(container.decode(String.self))
    }
  }

  private static let script = """
    import glob, json, os, scipy.io
    folder = os.path.join(os.path.dirname(scipy.io.__file__), "matlab", "tests", "data")
    judged = []
    for path in sorted(glob.glob(folder + "/*.mat")):
        try:
            names = [name for name, _, kind in scipy.io.whosmat(path) if kind == "struct"]
            variables = scipy.io.loadmat(path, variable_names=names)
        except Exception:
            continue
        structures = {}
        for name in names:
            if not variables[name].dtype.names: continue
            structures[name] = []
            for row in variables[name].flatten(order="F"):
                fields = {}
                for field in variables[name].dtype.names:
                    value = row[field]
                    if value.size == 1 and value.dtype.kind in "Uiuf": fields[field] = value.item()
                structures[name].append(fields)
        if structures: judged.append({"path": path, "structures": structures})
    print(json.dumps(judged))
    """

  @Test func `their structures' numbers and texts are those that SciPy reads`() throws {
    let judged = try JSONDecoder().decode([Judged].self, from: Data(PythonPeer.run(Self.script).utf8))
    var compared = 0
    for file in judged {
      for (name, expected) in file.structures {
        let structures = try MATFile(FileContents.read(file.path)).structures(named: name) { _ in true }
        try #require(structures.count == expected.count, "\(file.path): \(name)")
        for (found, expected) in zip(structures, expected) {
          for (field, value) in expected {
            let isSame =
              switch (found[field], value) {
              case (.number(let a), .number(let b)): a == b
              case (.text(let a), .text(let b)): a == b
              default: false
              }
            #expect(
              isSame, "\(file.path): \(name).\(field) is \(String(describing: found[field])), not \(value)")
            compared += 1
          }
        }
      }
    }
    #expect(compared >= 16, "there should be structures to compare")
  }

  @Test func `a file that was cut off or changed anywhere is read or refused`() throws {
    let judged = try JSONDecoder().decode([Judged].self, from: Data(PythonPeer.run(Self.script).utf8))
    for file in judged {
      let bytes = try FileContents.read(file.path)
      for name in file.structures.keys {
        for end in stride(from: 0, to: bytes.count, by: 3) {
          _ = try? MATFile(Array(bytes[..<end])).structures(named: name) { _ in true }
          var changed = bytes
          changed[end] ^= UInt8(truncatingIfNeeded: 0x80 >> (end % 8))
          _ = try? MATFile(changed).structures(named: name) { _ in true }
        }
      }
    }
  }
}
