import FeatureStore
import Imaging
import Pipeline
import TestSupport
import Testing

@testable import Stages

@Suite struct `How images are prepared is said in the pipeline file` {
  private func recipe(_ overrides: [String]) throws -> PreprocessingRecipe {
    let workshop = try Workshop(images: 1)
    let stage = try workshop.file(overrides + ["network.precision=float32"]).stage(named: "network")?.stage
    return try #require(stage as? NetworkStage).stated.recipe
  }

  @Test func `by a name, with the defaults of viewers`() throws {
    let recipe = try recipe(["network.preprocess=torchvision"])
    #expect(recipe == .torchvision)
    #expect(recipe.decoding == DecodingOptions(orientation: .exif, quality: .exact, background: .white))
  }

  @Test func `with other decoding`() throws {
    let recipe = try recipe([
      "network.orientation=ignore", "network.decoding=fast", ##"network.background="#0080fF""##,
    ])
    let expected = RGBColor(red: 0, green: 128, blue: 255)
    #expect(
      recipe.decoding == DecodingOptions(orientation: .ignore, quality: .fast, background: expected))
  }

  @Test func `spelled out`() throws {
    let recipe = try recipe([
      "network.preprocess={ resize: 40, crop: 32, filter: bicubic, divisor: 255, mean: [0.4, 0.5, 0.6], "
        + "std: [0.1, 0.2, 0.25], channels: bgr }"
    ])
    #expect(recipe.geometry == .shorterSide(size: 40) && recipe.inputSize == 32 && recipe.filter == .bicubic)
    #expect(recipe.divisor == 255 && recipe.means == [0.4, 0.5, 0.6])
    #expect(recipe.deviations == [0.1, 0.2, 0.25])
    #expect(recipe.channelOrder == [2, 1, 0])
    // What is left out is as in the recipe that it starts from.
    let other = try self.recipe(["network.preprocess={ recipe: inception, fraction: 0.5 }"])
    #expect(other.geometry == .centralFraction(0.5) && other.means == PreprocessingRecipe.inception.means)
    #expect(try self.recipe(["network.preprocess={ recipe: torchvision }"]) == .torchvision)
  }

  static let nonsense = [
    ("{ resize: 40 }", "resize has no crop beside it"),
    ("{ resize: 30, crop: 32 }", "resize is 30, less than crop, 32"),
    ("{ padding: 3, fraction: 0.5 }", "padding and fraction exclude each other"),
    ("{ mean: [1, 2] }", "a list of 3 numbers"), ("{ mean: 3 }", "a list of 3 numbers"),
    ("{ std: [1, 0, 1] }", "std is not above 0"), ("{ filter: cubic }", "bicubic"),
    ("{ rezise: 40 }", "resize"), ("{ crop: 0 }", "1"), ("[1, 2, 3]", "one of efficientnet"),
    ("efficientnett", "efficientnet"), ("{ crop: 32", "not YAML"),
  ]

  @Test(arguments: nonsense)
  func `what makes no sense is objected to`(_ text: String, _ message: String) throws {
    let error = #expect(throws: PipelineError.self) {
      try recipe(["network.preprocess=\(text)"])
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    "torchvision", "{ recipe: inception, fraction: 0.5 }", "{ padding: 8, crop: 40, filter: lanczos }",
    "{ resize: 40, crop: 32, divisor: 255, mean: [0.4, 0.5, 0.6], std: [0.1, 0.2, 0.25], channels: bgr }",
    #"{"recipe":"keras-vgg16","mean":[1,2,3]}"#,
  ])
  func `the command line makes the same of the same text`(_ text: String) throws {
    let stated = try StatedRecipe(text, of: "--recipe")
    #expect(try stated.recipe == recipe(["network.preprocess=\(text)"]))
    #expect(stated.cropIsStated == text.contains("crop"))
  }

  @Test(arguments: nonsense)
  func `the command line objects to the same`(_ text: String, _ message: String) throws {
    let error = #expect(throws: PipelineError.self) { try StatedRecipe(text, of: "--recipe") }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("--recipe \(text): ") && description.contains(message), "\(description)")
    #expect(!description.contains("preprocess"), "nobody typed that: \(description)")
  }

  @Test func `all that is wrong is said at once`() throws {
    let error = #expect(throws: PipelineError.self) {
      try StatedRecipe("{ rezize: 40, filter: cubic, mean: 3 }", of: "--recipe")
    }
    let problems = error?.problems.map { [$0.what, $0.suggestion ?? ""] }
    #expect(
      problems == [
        ["recipe has no parameter 'rezize'", "resize"], ["filter is 'cubic'", "bicubic"],
        ["mean is '3'", ""],
      ])
  }

  @Test func `a size that is stated must be the network's, another becomes it`() throws {
    let stated = try StatedRecipe("{ resize: 40, crop: 31 }", of: "--recipe")
    #expect(throws: StatedRecipeError(crop: 31, size: 32)) { try stated.fitted(to: 32) }
    #expect(try stated.fitted(to: 31).geometry == .shorterSide(size: 40))
    let named = try StatedRecipe("{ recipe: torchvision, filter: bicubic }", of: "--recipe")
    #expect(try named.fitted(to: 112).geometry == .shorterSide(size: 128))
  }

  @Test(arguments: ["red", "#12345", "#12345g", "1234567"])
  func `a color that is none`(_ text: String) throws {
    #expect(throws: PipelineError.self) { try recipe(["network.background='\(text)'"]) }
  }

  @Test func `a change of it makes the network and its vectors another result, and says why`() async throws {
    let workshop = try Workshop(images: 12)
    try await workshop.run()
    let plan = try workshop.plan(["network.orientation=ignore"])
    let reasons = plan.stage(named: "network")?.reasons ?? []
    #expect(reasons.contains { $0.contains("orientation: exif -> ignore") })
    #expect(plan.stage(named: "embedding")?.state != .current)
    #expect(plan.stage(named: "photos")?.state == .current)
  }

  @Test func `a crop that is not the network's input ends the stage with a sentence`() async throws {
    let workshop = try Workshop(images: 12)
    let report = try await workshop.run(["network.preprocess={ resize: 40, crop: 31 }"])
    #expect(report["network"]?.reasons.first?.contains("crop is 31, and the network takes images of") == true)
  }
}

@Suite struct `Damaged images that are accepted` {
  @Test func `get a vector and a warning, in a space of their own`() async throws {
    let workshop = try Workshop(images: 12)
    let half = Array(GeneratedPNG.bytes(seed: 90).prefix(3_000))
    try workshop.folder.write("images/n02084071/broken.png", half)
    #expect(try await workshop.run()["embedding"]?.items == ItemCounts(done: 12, failed: 1))
    let accepting = try await workshop.run(["embedding.damaged=accept"])
    #expect(accepting["embedding"]?.items == ItemCounts(done: 13))
    try workshop.read { db throws in
      let image = try ImageLookup.find("n02084071/broken.png", in: db)
      let warnings = try FeatureWarning.ofContents(in: db)
      let content = try #require(image.contentID)
      #expect(Array(warnings.keys) == [content])
      let found = try #require(warnings[content]?.first)
      #expect(found.space == "embedding" && found.warning.warningClass == "truncated")
      #expect(found.warning.message.contains("of 48 rows were whole"))
      let space = try SpaceRecord.resolve("embedding", in: db)
      #expect(try FeatureRow.vector(content: content, space: space, in: db) != nil)
    }
    // And back: the earlier result stands as it was, without that vector.
    #expect(try await workshop.run()["embedding"]?.items == ItemCounts(done: 12, failed: 1))
    try workshop.read { db throws in
      let image = try ImageLookup.find("n02084071/broken.png", in: db)
      let space = try SpaceRecord.resolve("embedding", in: db)
      let content = try #require(image.contentID)
      #expect(try FeatureRow.vector(content: content, space: space, in: db) == nil)
    }
  }

  /// A box of the rows 0..<10 and one of the rows 40..<48 of an image that ends in the middle.
  @Test func `as boxes: one with rows that are there has a warning, one without any fails`() async throws {
    let workshop = try Workshop(images: 12)
    let half = Array(GeneratedPNG.bytes(seed: 90).prefix(3_000))
    try workshop.folder.write("images/n02084071/broken.png", half)
    func object(_ rows: Range<Int>) -> String {
      "<object><name>dog</name><bndbox><xmin>1</xmin><ymin>\(rows.lowerBound + 1)</ymin><xmax>20</xmax>"
        + "<ymax>\(rows.upperBound)</ymax></bndbox></object>"
    }
    try workshop.folder.write(
      "boxes/n02084071/broken.xml", "<annotation>\(object(0..<10))\(object(40..<48))</annotation>")
    let boxes = workshop.folder.path("boxes")
    let overrides = ["photos.boxes=\(boxes)", "embedding.crop=boxes", "embedding.damaged=accept"]
    #expect(try await workshop.run(overrides)["embedding"]?.items == ItemCounts(done: 1, failed: 1))
    try workshop.read { db throws in
      let content = try #require(try ImageLookup.find("n02084071/broken.png", in: db).contentID)
      #expect(try FeatureWarning.ofContents(in: db)[content]?.map(\.space) == ["embedding"])
      #expect(try JobState.failures(db).map(\.errorClass) == ["truncated"])
    }
  }
}
