import Foundation
import TestSupport
import Testing

@testable import Imaging

@Suite("Preprocessing recipes")
struct RecipeTests {
  @Test func `each is found by its name and makes its own size`() throws {
    let names = ["efficientnet", "torchvision", "keras-vgg16", "inception", "plain"]
    #expect(PreprocessingRecipe.all.map(\.name) == names)
    let image = noise(width: 70, height: 45, seed: 1)
    for recipe in PreprocessingRecipe.all {
      #expect(PreprocessingRecipe.named(recipe.name) == recipe)
      let pixels = recipe.pixels(of: image)
      #expect(pixels.width == recipe.inputSize && pixels.height == recipe.inputSize)
      let json = try JSONEncoder().encode(recipe)
      #expect(try JSONDecoder().decode(PreprocessingRecipe.self, from: json) == recipe)
    }
    #expect(PreprocessingRecipe.named("vgg") == nil)
    #expect(Set(PreprocessingRecipe.all.map(\.canonicalDescription)).count == 5)
    #expect(PreprocessingRecipe.torchvision.resized(to: 448).geometry == .shorterSide(size: 512))
  }

  @Test func `normalization in each recipe's own formula`() {
    #expect(PreprocessingRecipe.efficientNet.normalizationTable()[1][255] == 1)
    #expect(PreprocessingRecipe.efficientNet.normalizationTable()[0][127] == 0)
    #expect(PreprocessingRecipe.inception.normalizationTable()[2][0] == -1)
    #expect(PreprocessingRecipe.plain.normalizationTable()[0][255] == 1)
    #expect(PreprocessingRecipe.torchvision.normalizationTable()[0][0] == -0.485 / 0.229 as Float)
    // Blue comes first, and its mean with it.
    let red = PixelImage(width: 1, height: 1, pixels: [255, 0, 0])
    #expect(PreprocessingRecipe.kerasVGG16.tensor(of: red) == [-103.939, -116.779, 255 - 123.68])
  }

  /// The recipe `plain` as JSON, some of its values replaced by others.
  @Test(arguments: [
    #"{"inputSize": 0}"#, #"{"inputSize": -224}"#, #"{"inputSize": 8193}"#,
    #"{"inputSize": 9223372036854775807}"#,
    #"{"means": [0]}"#, #"{"deviations": []}"#, #"{"channelOrder": [0, 1]}"#, #"{"channelOrder": [0, 1, 3]}"#,
    #"{"channelOrder": [-1, 1, 2]}"#, #"{"divisor": 0}"#, #"{"divisor": 1e-45}"#,
    #"{"means": [0, 0, 1e300]}"#, #"{"deviations": [1, 0, 1]}"#, #"{"deviations": [1, 1e-45, 1]}"#,
    #"{"geometry": {"shorterSide": {"size": 0}}}"#,
    #"{"geometry": {"shorterSide": {"size": 9223372036854775807}}}"#,
    #"{"geometry": {"paddedCenterCrop": {"padding": -224}}}"#,
    #"{"geometry": {"paddedCenterCrop": {"padding": 9223372036854775807}}}"#,
    #"{"geometry": {"centralFraction": {"_0": 0}}}"#, #"{"geometry": {"centralFraction": {"_0": 1.5}}}"#,
  ])
  func `a damaged recipe is refused when it is read`(change: String) throws {
    let sound = try JSONEncoder().encode(PreprocessingRecipe.plain)
    var fields = try #require(try JSONSerialization.jsonObject(with: sound) as? [String: Any])
    let changes = try #require(try JSONSerialization.jsonObject(with: Data(change.utf8)) as? [String: Any])
    fields.merge(changes) { $1 }
    let damaged = try JSONSerialization.data(withJSONObject: fields)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(PreprocessingRecipe.self, from: damaged) }
  }

  /// What each recipe's own framework would cut out and resize, written in Pillow's terms.
  @Test(
    .enabled(if: PythonPeer.isPresent, "SYNOPTIC_PYTHON is not set"),
    .enabled(if: SharedData.isPresent, "the shared photographs are not there"))
  func `pixels of real photographs equal Pillow's`() throws {
    let all = try SharedData.photographs()
    // Every 20th, and the ones with an unusual shape or chroma sampling in between.
    let photographs = stride(from: 0, to: all.count, by: 20).map { all[$0] } + all.dropFirst(273).prefix(1)
    let folder = try TemporaryFolder()
    try PythonPeer.run(
      """
      import sys
      from PIL import Image
      def shorter(image, size, crop):
          w, h = image.size
          w, h = int(size * w / min(image.size)), int(size * h / min(image.size))
          left, top = int(round((w - crop) / 2.0)), int(round((h - crop) / 2.0))
          return image.resize((w, h), Image.BILINEAR).crop((left, top, left + crop, top + crop))
      def padded(image, size):
          side = int(size / (size + 32) * min(image.size))
          left, top = (image.width - side + 1) // 2, (image.height - side + 1) // 2
          return image.crop((left, top, left + side, top + side)).resize((size, size), Image.BICUBIC)
      def central(image, size):
          x, y = [int((side - side * 0.875) / 2) for side in image.size]
          return image.crop((x, y, image.width - x, image.height - y)).resize((size, size), Image.BILINEAR)
      recipes = {"torchvision": lambda i: shorter(i, 256, 224), "efficientnet": lambda i: padded(i, 224),
                 "keras-vgg16": lambda i: shorter(i, 256, 224), "inception": lambda i: central(i, 299),
                 "plain": lambda i: i.resize((224, 224), Image.BILINEAR)}
      for index, path in enumerate(sys.argv[2:]):
          image = Image.open(path).convert("RGB")
          for name, pixels in recipes.items():
              open(f"{sys.argv[1]}/{index}.{name}", "wb").write(pixels(image).tobytes())
      """, [folder.url.path] + photographs.map(\.path))
    for recipe in PreprocessingRecipe.all {
      var preprocessor = Preprocessor(recipe)
      for (index, photograph) in photographs.enumerated() {
        let pixels = try preprocessor.pixels(decoding: FileBytes.read(photograph.path))
        let expected = try FileBytes.read(folder.path("\(index).\(recipe.name)"))
        #expect(pixels.pixels == expected, "\(recipe.name) of \(photograph.lastPathComponent)")
      }
    }
  }
}
