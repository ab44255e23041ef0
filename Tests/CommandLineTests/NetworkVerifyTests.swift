import Foundation
import TestSupport
import Testing

@Suite("network verify", .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"))
struct NetworkVerifyTests {
  @Test("prints tables, and the same as JSON, of a folder's images and of a store's")
  func folderAndStore() throws {
    let project = try SmallProject()
    let options = "--recipe plain --labels labels.txt --count 6"
    let json = try project.synoptic("network verify tiny.onnx --images photos \(options) --json").json
    #expect(json["images"] as? Int == 12 && json["failed"] as? Int == 1)
    #expect(json["calibration_images"] as? Int == 6)
    #expect((json["held_out"] as? [String: Any])?["images"] as? Int == 6)
    let cosine = try #require(json["logit_cosine"] as? [String: Any])
    let histogram = try #require(cosine["histogram"] as? [[String: Any]])
    #expect(histogram.compactMap { $0["images"] as? Int }.reduce(0, +) == 12)
    let layers = try #require(json["layers"] as? [[String: Any]])
    #expect(layers.last?["name"] as? String == "y" && (layers.last?["snr_db"] as? Double ?? 0) > 10)

    let table = try project.synoptic("network verify tiny.onnx --images photos \(options)").output
    for part in ["same top-1 in both", "shared of the top 5", "HELD OUT", "COSINE FROM", "SIGNAL TO NOISE"] {
      #expect(table.contains(part), "\(table)")
    }
    #expect(table.contains("1 image could not be decoded"))

    #expect(try project.synoptic("run small.yaml").status == 2)
    let stored = try project.synoptic("network verify tiny.onnx --images small.sqlite --json").json
    #expect(stored["images"] as? Int == 12)
    #expect((stored["int8"] as? String)?.contains("small.sqlite keeps it") == true)
    // What is stated goes before what the store keeps.
    let otherwise = try project.synoptic(
      "network verify tiny.onnx --images small.sqlite --recipe inception --json")
    #expect(otherwise.json["logit_cosine"] as? NSDictionary != stored["logit_cosine"] as? NSDictionary)
    // A pipeline file stands for its store.
    let named = try project.synoptic("network verify tiny.onnx --images small.yaml --json").json
    #expect(named["logit_cosine"] as? NSDictionary == stored["logit_cosine"] as? NSDictionary)
  }

  @Test(
    "compares a quantized file, and refuses one of another model", arguments: ["minmax", "percentile", "kl"])
  func quantizedFile(ranges: String) throws {
    let project = try SmallProject(channels: 8)
    let quantize = "network quantize tiny.onnx --calibrate photos --recipe plain --ranges \(ranges)"
    #expect(try project.synoptic(quantize + " --rounding nearest --output a.int8").status == 0)
    let verify = "--images photos --recipe plain --int8 a.int8 --json"
    let json = try project.synoptic("network verify tiny.onnx \(verify)").json
    #expect(json["int8"] as? String == "a.int8" && json["calibration_images"] is NSNull)
    #expect(((json["logit_cosine"] as? [String: Any])?["mean"] as? Double ?? 0) > 0.9)

    let other = try SmallProject(side: 48)
    try project.folder.write(
      "other.onnx", Array(Data(contentsOf: URL(fileURLWithPath: other.folder.path("tiny.onnx")))))
    let refused = try project.synoptic("network verify other.onnx \(verify)")
    #expect(refused.status == 64 && refused.errors.contains("a.int8 was not made of other.onnx"))
  }
}
