/// A height and a width, or the same for strides and dilations.
public struct Int2: Sendable, Equatable, Hashable, Codable {
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }
}

/// Rows and columns added around a map. For pooling and convolution never negative.
public struct Padding: Sendable, Equatable, Hashable, Codable {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public static let zero = Padding(top: 0, left: 0, bottom: 0, right: 0)

  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }
}

/// Padding that the size of the input decides (ONNX `auto_pad`): enough for ceil(size / stride) outputs.
public enum AutomaticPadding: Sendable, Equatable, Hashable, Codable {
  /// The odd pixel goes last, as in TensorFlow's SAME.
  case sameUpper
  /// The odd pixel goes first.
  case sameLower
}

/// A 2-D convolution (cross-correlation): inputs are x [N,C,H,W], weights [O,C/groups,kH,kW] and maybe a bias [O].
public struct Convolution: Sendable, Equatable, Hashable, Codable {
  public var kernel: Int2
  public var strides: Int2
  public var dilations: Int2
  public var pads: Padding
  /// Not nil only before `Graph.simplified()`, which puts it into `pads`.
  public var automaticPadding: AutomaticPadding?
  public var groups: Int
  /// Done to every output, after the bias.
  public var activation: Activation?

  public init(
    kernel: Int2, strides: Int2 = Int2(1, 1), dilations: Int2 = Int2(1, 1), pads: Padding = .zero,
    automaticPadding: AutomaticPadding? = nil, groups: Int = 1, activation: Activation? = nil
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.pads = pads
    self.automaticPadding = automaticPadding
    self.groups = groups
    self.activation = activation
  }
}
