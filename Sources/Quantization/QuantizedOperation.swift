/// A span of the network's data section; offsets and counts in bytes.
public struct DataSpan: Sendable, Hashable, Codable {
  public var offset: Int
  public var count: Int
}

/// Channels, height and width of one image's tensor. A vector is channels x 1 x 1.
public struct MapShape: Sendable, Hashable, Codable {
  public var channels: Int
  public var height: Int
  public var width: Int

  public var count: Int { channels * height * width }
}

/// A tensor of the quantised network, for one image.
public struct QuantizedValue: Sendable, Codable {
  public var name: String
  public var shape: MapShape
  /// nil: float32, as the network's last values are.
  public var quantization: AffineQuantization?
  /// Float32 in plain order, [C, H, W], as float islands make it, instead of blocks of 16 channels.
  public var isRowMajor = false
}

/// The window of a convolution or pooling.
public struct Window: Sendable, Hashable, Codable {
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var strideHeight = 1
  public var strideWidth = 1
  public var dilationHeight = 1
  public var dilationWidth = 1
  public var padTop = 0
  public var padLeft = 0

  /// What kernels can do: no great numbers, and for every output some of the map, be it padding that lies before it.
  func isSound(from input: MapShape, to output: MapShape) -> Bool {
    let positive = [kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth]
    guard positive.allSatisfy({ (1...4096).contains($0) }), (kernelHeight - 1) * dilationHeight <= 4096,
      (kernelWidth - 1) * dilationWidth <= 4096, (0...4096).contains(padTop), (0...4096).contains(padLeft)
    else { return false }
    return (output.height - 1) * strideHeight - padTop < input.height
      && (output.width - 1) * strideWidth - padLeft < input.width
  }

  /// 3x3 and neither strided nor dilated: what Winograd's F(4x4, 3x3) is made for.
  var isWinogradShaped: Bool {
    kernelHeight == 3 && kernelWidth == 3 && strideHeight == 1 && strideWidth == 1 && dilationHeight == 1
      && dilationWidth == 1
  }
}

/// A convolution with its epilogue; values by index.
public struct QuantizedConvolution: Sendable, Codable {
  public var node: String
  public var input: Int
  public var output: Int
  public var window: Window
  /// Every channel has a filter of its own.
  public var isDepthwise: Bool
  /// int8, dense: [output channel][input channel][kernel row][kernel column]; depthwise: [channel][row][column].
  public var weights: DataSpan
  /// float32 an output channel.
  public var weightScales: DataSpan
  /// int32 an output channel, in units of input scale * weight scale; without the input's zero point.
  public var bias: DataSpan
  /// Clamp of the real output.
  public var lower: Float?
  public var upper: Float?
  /// A value added before the clamp.
  public var residual: Int?
}

/// A pooling window moved over a map.
public struct QuantizedPooling: Sendable, Codable {
  public var node: String
  public var input: Int
  public var output: Int
  public var window: Window
  public var isMaximum: Bool
  public var includesPadding: Bool
  /// Whether the numbers that the bytes stand for are added, one after another in float32, as ONNX Runtime's
  /// QLinearAveragePool does: of windows whose mean lies half-way the roundings on the way decide. nil: no.
  public var addsNumbers: Bool?
}

/// Bytes that only change their place: where the channels, rows and columns of the output come from.
public struct Rearrangement: Sendable, Codable {
  public var node: String
  public var input: Int
  public var output: Int
  /// int32, a number of the input's for each of the output's.
  public var channels: DataSpan
  public var rows: DataSpan
  public var columns: DataSpan
}

/// One step of the quantised network; values by index.
public enum QuantizedOperation: Sendable, Codable {
  case convolution(QuantizedConvolution)
  case pooling(QuantizedPooling)
  /// Bytes [C,H,W] to float32 means [C].
  case globalAverage(input: Int, output: Int)
  case add(left: Int, right: Int, output: Int, lower: Float?, upper: Float?)
  /// Element by element; the right one may be a vector of channels for a map on the left.
  case multiply(left: Int, right: Int, output: Int)
  /// Any function of one activation, as 256 bytes.
  case lookup(input: Int, output: Int, table: DataSpan)
  case concat(inputs: [Int], output: Int)
  case rearrange(Rearrangement)
  /// Float32 to bytes.
  case quantize(input: Int, output: Int)
  /// Of a float32 vector.
  case softmax(input: Int, output: Int)
  /// What has no int8 kernel.
  case floatIsland(FloatIsland)

  var inputs: [Int] {
    switch self {
    case .convolution(let convolution): [convolution.input] + (convolution.residual.map { [$0] } ?? [])
    case .pooling(let pooling): [pooling.input]
    case .globalAverage(let input, _), .lookup(let input, _, _), .quantize(let input, _),
      .softmax(let input, _):
      [input]
    case .add(let left, let right, _, _, _), .multiply(let left, let right, _): [left, right]
    case .concat(let inputs, _): inputs
    case .rearrange(let rearrangement): [rearrangement.input]
    case .floatIsland(let island): island.inputs.map(\.value)
    }
  }

  var outputs: [Int] {
    switch self {
    case .convolution(let convolution): [convolution.output]
    case .pooling(let pooling): [pooling.output]
    case .rearrange(let rearrangement): [rearrangement.output]
    case .globalAverage(_, let output), .lookup(_, let output, _), .quantize(_, let output),
      .softmax(_, let output), .concat(_, let output), .add(_, _, let output, _, _),
      .multiply(_, _, let output):
      [output]
    case .floatIsland(let island): island.outputs.map(\.value)
    }
  }
}
