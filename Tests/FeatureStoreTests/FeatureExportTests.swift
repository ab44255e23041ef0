import Foundation
import TestSupport
import Testing

@testable import FeatureStore

@Suite("Export to NumPy")
struct FeatureExportTests {
  @Test(
    "NumPy reads the array, and the lines beside it name its rows in path order",
    .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON names no Python with NumPy"))
  func numpyReads() throws {
    let store = try StoreFixture()
    let folder = try TemporaryFolder()
    try store.add("b \"quoted\"\n.jpg", [0.5, -1, 65_504, 0], wnid: "n02084071")
    try store.add("a\\é.jpg", [1, 2, 3, 4])
    try store.add("failed.jpg", nil)
    try store.markGone(try store.add("gone.jpg", [9, 9, 9, 9]))
    let summary = try store.queue.read {
      try FeatureExport.write(store.space, to: folder.path("out.npy"), $0)
    }
    #expect(summary.rows == 2 && summary.rowsPath == folder.path("out.jsonl"))
    let printed = try PythonPeer.run(
      """
      import json, numpy, sys
      array = numpy.load(sys.argv[1] + ".npy", allow_pickle=False)
      rows = [json.loads(line) for line in open(sys.argv[1] + ".jsonl", encoding="utf-8")]
      assert [r["path"] for r in rows] == ["a\\\\\\u00e9.jpg", 'b "quoted"\\n.jpg'], rows
      assert [r["wnid"] for r in rows] == [None, "n02084071"], rows
      print(array.dtype, array.shape, array.flags.c_contiguous, array.tolist())
      """, [folder.path("out")])
    #expect(
      printed == "float32 (2, 4) True [[1.0, 2.0, 3.0, 4.0], [0.5, -1.0, 65504.0, 0.0]]\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
  }

  @Test("where nothing can be written or there is nothing to write, nothing is left behind")
  func nothingHalfWritten() throws {
    let store = try StoreFixture()
    let folder = try TemporaryFolder()
    let target = try folder.write("out.npy", "before")
    #expect(throws: StoreError.emptySpace("embedding")) {
      try store.queue.read { try FeatureExport.write(store.space, to: target, $0) }
    }
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "before")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.npy"])
    let nowhere = folder.path("no/such/folder/out.npy")
    let refused = #expect(throws: StoreError.self) {
      try store.queue.read { try FeatureExport.write(store.space, to: nowhere, $0) }
    }
    #expect(
      refused?.description == "\(nowhere) can't be written: its folder isn't there or can't be written.")
  }
}
