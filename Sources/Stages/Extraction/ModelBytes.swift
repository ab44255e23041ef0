import Foundation
import Imaging
import Network

/// An ONNX model that the store keeps as bytes.
enum ModelBytes {
  /// The simplified graph, for images as a recipe makes them.
  ///
  /// The bytes go through a temporary file, because weights are mapped and not copied; the mapping outlives the
  /// file's name.
  static func graph(_ bytes: [UInt8], recipe: PreprocessingRecipe) throws -> Graph {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "synoptic-model-\(UUID().uuidString).onnx")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try Graph.load(onnx: file.path).settingOpenInputSize(recipe.openInputSize).simplified()
  }
}
