import Imaging
import Pipeline

/// The parameters of a stage that say how an image becomes a network's input, and the recipe they make.
enum PreprocessingParameters {
  static let declarations: [ParameterDeclaration] = [
    preprocess,
    .init(
      "orientation", .choice(DecodingOptions.Orientation.allCases.map(\.rawValue)),
      default: .text(DecodingOptions.Orientation.exif.rawValue),
      help: "exif turns photographs upright as viewers do; ignore takes them as they are stored"),
    .init(
      "decoding", .choice(DecodingOptions.Quality.allCases.map(\.rawValue)),
      default: .text(DecodingOptions.Quality.exact.rawValue),
      help: "exact gives Pillow's pixels; fast takes less time for nearly the same features"),
    .init(
      "background", .text, default: .text("white"),
      help: "what shines through transparent parts: white, black, grey or #rrggbb"),
  ]

  static let preprocess = ParameterDeclaration(
    "preprocess", .choiceOrGroup(PreprocessingRecipe.all.map(\.name), spelledOut),
    default: .text(PreprocessingRecipe.efficientNet.name),
    help: "how an image becomes the network's input: a recipe's name, or a recipe of your own")

  /// What a recipe of one's own may say; the rest is as in the one it starts from.
  static let spelledOut: [ParameterDeclaration] = [
    .init(
      "recipe", .choice(PreprocessingRecipe.all.map(\.name)),
      default: .text(PreprocessingRecipe.plain.name), help: "the recipe to start from"),
    .init(
      "resize", .integer(1...65_536), help: "the shorter side is resized to this, then the center cut out"),
    .init(
      "padding", .integer(0...65_536),
      help: "or: a centered square of the shorter side times crop / (crop + padding)"),
    .init("fraction", .number(0.01...1), help: "or: the middle of each side, this fraction of it"),
    .init("filter", .choice(ResamplingFilter.allCases.map(\.rawValue)), help: "how pixels are interpolated"),
    .init(
      "crop", .integer(PreprocessingRecipe.inputSizes),
      help: "the side of what is cut out: the network's input"),
    .init("divisor", .number(1e-6...1e6), help: "what samples of 0 to 255 are divided by first"),
    .init("mean", .numbers(count: 3), help: "what is then subtracted, in the order of channels"),
    .init("std", .numbers(count: 3), help: "and what the rest is divided by"),
    .init("channels", .choice(["rgb", "bgr"]), help: "the order of the network's channels"),
  ]

  /// What `preprocess` says, with the usual decoding.
  static func recipe(_ parameters: StageParameters) throws(StageParameterError) -> PreprocessingRecipe {
    if let name = parameters.text(ifPresent: "preprocess") { return try named(name) }
    var recipe = try named(parameters.text("preprocess.recipe"))
    try spellOut(&recipe, parameters)
    return recipe
  }

  static func decoding(_ parameters: StageParameters) throws(StageParameterError) -> DecodingOptions {
    DecodingOptions(
      orientation: DecodingOptions.Orientation(rawValue: try parameters.text("orientation")) ?? .exif,
      quality: DecodingOptions.Quality(rawValue: try parameters.text("decoding")) ?? .exact,
      background: try color(parameters.text("background")))
  }

  private static func named(_ name: String) throws(StageParameterError) -> PreprocessingRecipe {
    guard let recipe = PreprocessingRecipe.named(name) else {
      throw StageParameterError(parameter: "preprocess", message: "there is no preprocessing '\(name)'")
    }
    return recipe
  }

  private static func color(_ text: String) throws(StageParameterError) -> RGBColor {
    guard let color = RGBColor(text) else {
      throw StageParameterError(
        parameter: "background",
        message:
          "background is '\(text)'; expected white, black, grey, or six hexadecimal digits as in \"#ff8000\"")
    }
    return color
  }

  private static func spellOut(
    _ recipe: inout PreprocessingRecipe, _ parameters: StageParameters
  ) throws(StageParameterError) {
    func name(_ key: String) -> String { "preprocess.\(key)" }
    let geometries: [(key: String, geometry: PreprocessingGeometry?)] = [
      ("resize", parameters.integer(ifPresent: name("resize")).map { .shorterSide(size: $0) }),
      ("padding", parameters.integer(ifPresent: name("padding")).map { .paddedCenterCrop(padding: $0) }),
      ("fraction", parameters.number(ifPresent: name("fraction")).map { .centralFraction($0) }),
    ]
    let given = geometries.filter { $0.geometry != nil }
    if given.count > 1 {
      throw StageParameterError(
        parameter: name(given[1].key),
        message: "\(given.map(\.key).joined(separator: " and ")) exclude each other; expected one of them")
    }
    let crop = parameters.integer(ifPresent: name("crop"))
    if parameters.has(name("resize")) && crop == nil {
      throw StageParameterError(
        parameter: name("resize"),
        message: "resize has no crop beside it; expected crop: the side of what is cut out")
    }
    if let crop { recipe = recipe.resized(to: crop) }
    if let geometry = given.first?.geometry { recipe.geometry = geometry }
    if case .shorterSide(let size) = recipe.geometry, size < recipe.inputSize {
      throw StageParameterError(
        parameter: name("resize"),
        message: "resize is \(size), less than crop, \(recipe.inputSize): expected at least as much")
    }
    if let filter = parameters.text(ifPresent: name("filter")).flatMap(ResamplingFilter.init) {
      recipe.filter = filter
    }
    if let divisor = parameters.number(ifPresent: name("divisor")) { recipe.divisor = Float(divisor) }
    if let means = parameters.numbers(ifPresent: name("mean")) { recipe.means = means.map { Float($0) } }
    if let deviations = parameters.numbers(ifPresent: name("std")) {
      guard deviations.allSatisfy({ $0 > 0 }) else {
        throw StageParameterError(parameter: name("std"), message: "std is not above 0 for every channel")
      }
      recipe.deviations = deviations.map { Float($0) }
    }
    switch parameters.text(ifPresent: name("channels")) {
    case "rgb": recipe.channelOrder = [0, 1, 2]
    case "bgr": recipe.channelOrder = [2, 1, 0]
    default: break
    }
    if let flaw = recipe.flaw { throw StageParameterError(parameter: "preprocess", message: flaw) }
    if recipe != PreprocessingRecipe.named(recipe.name) { recipe.name = "spelled-out" }
  }
}
