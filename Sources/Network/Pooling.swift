/// A window moved over a map [N,C,H,W]: its maximum or its mean.
public struct Pooling: Sendable, Equatable, Hashable, Codable {
  public var kernel: Int2
  public var strides: Int2
  public var dilations: Int2
  public var pads: Padding
  /// Not nil only before `Graph.simplified()`, which puts it into `pads`.
  public var automaticPadding: AutomaticPadding?
  /// The last window may hang over the edge.
  public var ceilMode: Bool
  /// Means only: padding counts as zeros among the elements.
  public var countIncludesPadding: Bool
  /// Means only: true where what a window that hangs over the padding lacks counts as zeros, too, as in ONNX Runtime's
  /// operator of integers. Nil, as in networks stored before there was this, is false.
  public var countsOverhang: Bool?

  public init(
    kernel: Int2, strides: Int2 = Int2(1, 1), dilations: Int2 = Int2(1, 1), pads: Padding = .zero,
    automaticPadding: AutomaticPadding? = nil, ceilMode: Bool = false, countIncludesPadding: Bool = false
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.pads = pads
    self.automaticPadding = automaticPadding
    self.ceilMode = ceilMode
    self.countIncludesPadding = countIncludesPadding
  }
}
