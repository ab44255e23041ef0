/// How pixels become a network's input: which part of the image, resampled how, normalized by what.
public struct PreprocessingRecipe: Sendable, Hashable, Codable {
  public var name: String
  /// Height and width of the network's input.
  public var inputSize: Int
  public var geometry: PreprocessingGeometry
  public var filter: ResamplingFilter
  /// Which of red (0), green (1), blue (2) feeds each tensor channel.
  public var channelOrder: [Int]
  /// A sample is divided by this first (255 where means are fractions), ...
  public var divisor: Float
  /// ... then a tensor channel's mean is subtracted, and ...
  public var means: [Float]
  /// ... the rest divided by this.
  public var deviations: [Float]
  /// What becomes of a file before all that.
  public var decoding: DecodingOptions

  /// - Precondition: a positive size, and three channels' worth of each of the lists; `channelOrder` within
  /// 0...2.
  public init(
    name: String, inputSize: Int, geometry: PreprocessingGeometry, filter: ResamplingFilter,
    channelOrder: [Int] = [0, 1, 2], divisor: Float = 1, means: [Float], deviations: [Float],
    decoding: DecodingOptions = DecodingOptions()
  ) {
    precondition(inputSize > 0, "a network's input has a size")
    precondition(
      channelOrder.count == 3 && means.count == 3 && deviations.count == 3, "three channels are normalized")
    precondition(channelOrder.allSatisfy { (0...2).contains($0) }, "a channel is red, green or blue")
    self.name = name
    self.inputSize = inputSize
    self.geometry = geometry
    self.filter = filter
    self.channelOrder = channelOrder
    self.divisor = divisor
    self.means = means
    self.deviations = deviations
    self.decoding = decoding
  }

  /// - Throws: `DecodingError.dataCorrupted` for values that no image could be preprocessed by, since a store's rows can
  /// be damaged.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    inputSize = try values.decode(Int.self, forKey: .inputSize)
    geometry = try values.decode(PreprocessingGeometry.self, forKey: .geometry)
    filter = try values.decode(ResamplingFilter.self, forKey: .filter)
    channelOrder = try values.decode([Int].self, forKey: .channelOrder)
    divisor = try values.decode(Float.self, forKey: .divisor)
    means = try values.decode([Float].self, forKey: .means)
    deviations = try values.decode([Float].self, forKey: .deviations)
    decoding = try values.decodeIfPresent(DecodingOptions.self, forKey: .decoding) ?? .unstated
    if let flaw {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: flaw))
    }
  }

  /// Why no image can be preprocessed so; nil for a sound recipe.
  public var flaw: String? {
    if !Self.inputSizes.contains(inputSize) {
      return "the recipe's input size is \(inputSize), not in \(Self.inputSizes)"
    }
    if let flaw = geometry.flaw { return flaw }
    if channelOrder.count != 3 || means.count != 3 || deviations.count != 3 {
      return "the recipe's channels, means and deviations are not three each"
    }
    if !channelOrder.allSatisfy({ (0...2).contains($0) }) {
      return "the recipe's channels \(channelOrder) are not all 0, 1 or 2"
    }
    let isNumber = ([divisor] + deviations).allSatisfy { $0 != 0 && $0.isFinite }
    // Each of them finite is not enough: a tiny divisor makes an infinite sample.
    if !isNumber || !normalizationTable().joined().allSatisfy(\.isFinite) {
      return "the recipe's divisor, means and deviations do not make numbers of samples"
    }
    return nil
  }

  /// What a stored recipe's input size can be.
  public static var inputSizes: ClosedRange<Int> { 1...8192 }

  /// The same recipe for a network with another input size: a size to resize to grows in proportion.
  public func resized(to size: Int) -> PreprocessingRecipe {
    precondition(size > 0, "a network's input has a size")
    var recipe = self
    recipe.inputSize = size
    if case .shorterSide(let shorter) = geometry {
      recipe.geometry = .shorterSide(size: max(size, (shorter * size + inputSize / 2) / inputSize))
    }
    return recipe
  }

  /// The network's pixels, `inputSize` squared, RGB: resized and cropped, not yet normalized.
  ///
  /// `Preprocessor` does the same from a file's bytes, faster.
  public func pixels(of image: PixelImage) -> PixelImage {
    var resampler = Resampler()
    return image.resampled(plan(width: image.width, height: image.height), with: &resampler)
  }

  func plan(width: Int, height: Int) -> ResamplingPlan {
    geometry.plan(width: width, height: height, inputSize: inputSize, filter: filter)
  }

  /// For each tensor channel, the value of each of the 256 samples: `(sample / divisor - mean) / deviation`,
  /// in float32.
  public func normalizationTable() -> [[Float]] {
    (0..<3).map { channel in
      (0..<256).map { (Float($0) / divisor - means[channel]) / deviations[channel] }
    }
  }

  /// Normalized pixels, float32, CHW.
  public func tensor(of pixels: PixelImage) -> [Float] {
    precondition(pixels.channels == 3, "RGB pixels are normalized")
    let table = normalizationTable()
    let plane = pixels.width * pixels.height
    var tensor = [Float](repeating: 0, count: 3 * plane)
    pixels.pixels.withUnsafeBufferPointer { samples in
      for (channel, source) in channelOrder.enumerated() {
        let values = table[channel]
        for pixel in 0..<plane {
          tensor[channel &* plane &+ pixel] = values[Int(samples[3 &* pixel &+ source])]
        }
      }
    }
    return tensor
  }

  /// Everything that changes a value, in a fixed form, for fingerprints. The name is not part of it.
  public var canonicalDescription: String {
    "pixels 1; \(geometry.canonicalDescription); \(filter.rawValue); size \(inputSize); "
      + "channels \(channelOrder); divisor \(divisor); means \(means); deviations \(deviations)"
      + decoding.canonicalDescription
  }
}
