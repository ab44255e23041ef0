/// What two forms of a network have in common over some images.
public struct VerificationMeasures: Sendable, Hashable {
  /// Of cosines, an image each.
  public struct Agreement: Sendable, Hashable {
    public var mean: Double
    public var min: Double
    /// Images in each of `bins`.
    public var histogram: [Int]

    /// Each bin reaches from its own bound up to the next one's, the last to 1.
    public static let bins: [Double] = [-1, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995]

    init(_ cosines: [Double]) {
      mean = cosines.isEmpty ? 0 : cosines.reduce(0, +) / Double(cosines.count)
      min = cosines.min() ?? 0
      histogram = [Int](repeating: 0, count: Self.bins.count)
      for cosine in cosines { histogram[(Self.bins.lastIndex { $0 <= cosine } ?? 0)] += 1 }
    }
  }

  /// Images compared, without those that could not be decoded.
  public var images: Int
  /// The share of images, among those whose true class is known, whose most probable class is that.
  public var top1: Double?
  public var top1Float: Double?
  /// The share of images for which both find the same class most probable; nil without classes.
  public var top1Agreement: Double?
  /// How many of the five most probable classes are the same in both, on average, as a share.
  public var top5Agreement: Double?
  public var logitCosine: Agreement
  public var embeddingCosine: Agreement

  init(_ results: [EngineComparison.Result]) {
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    images = results.count
    let known = results.filter { $0.trueClass != nil }
    top1 = mean(known.map { $0.trueClass == $0.classes?.int8 ? 1 : 0 })
    top1Float = mean(known.map { $0.trueClass == $0.classes?.float32 ? 1 : 0 })
    let classes = results.compactMap(\.classes)
    top1Agreement = mean(classes.map { $0.int8 == $0.float32 ? 1 : 0 })
    top5Agreement = mean(classes.map(\.sharedOfFive))
    logitCosine = Agreement(results.map(\.logitCosine))
    embeddingCosine = Agreement(results.map(\.embeddingCosine))
  }
}
