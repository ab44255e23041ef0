import Foundation
import Network
import TestSupport
import Testing

@Suite("NumPy files")
struct NumpyFileTests {
  @Test(
    "what we write NumPy reads, and the other way round",
    .enabled(if: PythonPeer.isPresent, "needs SYNOPTIC_PYTHON"))
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let array = NumpyArray(shape: [2, 3], elements: .float32([1, 2.5, -3, 4, 5, 6]))
    try array.write(folder.path("a.npy"))
    try NumpyArray(shape: [4], elements: .uint8([0, 1, 128, 255])).write(folder.path("b.npy"))
    let printed = try PythonPeer.run(
      """
      import sys, numpy as np
      a, b = np.load(sys.argv[1] + '/a.npy'), np.load(sys.argv[1] + '/b.npy')
      print(a.dtype, a.tolist(), b.dtype, b.tolist())
      np.save(sys.argv[1] + '/c.npy', a * 2); np.save(sys.argv[1] + '/d.npy', np.float64(a))
      """, [folder.url.path])
    #expect(printed == "float32 [[1.0, 2.5, -3.0], [4.0, 5.0, 6.0]] uint8 [0, 1, 128, 255]\n")
    #expect(
      try NumpyArray.read(folder.path("c.npy"))
        == NumpyArray(shape: [2, 3], elements: .float32([2, 5, -6, 8, 10, 12])))
    #expect(throws: NetworkError.self) { try NumpyArray.read(folder.path("d.npy")) }
  }

  @Test("a file that cannot be written is named, with the system's reason")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("missing/a.npy")
    let array = NumpyArray(shape: [2], elements: .float32([1, 2]))
    #expect(throws: NetworkError.unwritable(path: path, reason: "No such file or directory")) {
      try array.write(path)
    }
  }

  @Test("a bad file is refused with its name", arguments: [0, 5, 9, 40, 127, 130])
  func truncated(length: Int) throws {
    let folder = try TemporaryFolder()
    try NumpyArray(shape: [2], elements: .float32([1, 2])).write(folder.path("a.npy"))
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("a.npy"))))
    #expect(bytes.count == 136)
    let path = try folder.write("cut.npy", Array(bytes[..<length]))
    let error = #expect(throws: NetworkError.self) { try NumpyArray.read(path) }
    #expect(error?.description.contains(path) == true)
  }
}
