import Network

/// What a layer read at a few places of many images: rows of its input, each as long as a filter.
///
/// The images kept are those of the smallest keys, and a key comes from the image alone: what is kept depends
/// neither on the order of images nor on threads.
struct LayerSamples: Sendable, Equatable {
  /// Floats kept for a layer at most.
  private static let budget = 1_600_000
  /// Places looked at in each image.
  static let places = 8

  /// Floats of a row.
  let width: Int
  private var images: [ImageRows] = []

  private struct ImageRows: Sendable, Equatable {
    let key: UInt64
    let values: [Float]
  }

  init(width: Int) { self.width = width }

  /// All rows one after another, by key.
  var values: [Float] { Array(images.map(\.values).joined()) }

  var rowCount: Int { images.reduce(0) { $0 + $1.values.count } / max(1, width) }

  private var limit: Int { max(12, Self.budget / (max(1, width) * Self.places)) }

  /// Whether rows of an image with this key would be kept.
  func wants(_ key: UInt64) -> Bool { images.count < limit || images.last.map { key < $0.key } ?? true }

  mutating func add(_ values: [Float], key: UInt64) {
    guard wants(key), values.count % width == 0, values.allSatisfy(\.isFinite) else { return }
    let place = images.firstIndex { $0.key > key } ?? images.count
    images.insert(ImageRows(key: key, values: values), at: place)
    if images.count > limit { images.removeLast() }
  }

  mutating func merge(_ other: Self) {
    guard other.width == width else { return }
    images = Array((images + other.images).sorted { $0.key < $1.key }.prefix(limit))
  }
}

/// A layer whose input is worth sampling: a dense product or a depthwise convolution.
struct SampledLayer: Sendable {
  /// The value it makes: what samples are kept by, since values have one name each.
  let output: String
  /// The value it reads.
  let input: String
  /// Nil for a matrix product, which reads its input whole.
  let convolution: Convolution?

  /// - Returns: nil for what is neither, and for groups of several channels.
  init?(_ node: Node, in graph: Graph) {
    guard node.inputs.count > 1, let weights = graph.constants[node.inputs[1]] else { return nil }
    switch node.operation {
    case .convolution(let convolution):
      guard convolution.groups == 1 || weights.shape[1] == 1 && weights.shape[0] == convolution.groups else {
        return nil
      }
      self.convolution = convolution
    case .gemm, .matMul:
      convolution = nil
    default:
      return nil
    }
    guard let output = node.outputs.first else { return nil }
    self.output = output
    input = node.inputs[0]
  }

  /// Rows of the input at places that the key chooses; [channel][row][column] of the window in each.
  func rows(_ tensor: Tensor, key: UInt64) -> (width: Int, values: [Float])? {
    guard tensor.shape.first == 1, tensor.count > 0 else { return nil }
    guard let convolution else { return (tensor.count, tensor.floats) }
    guard tensor.shape.count == 4 else { return nil }
    let (channels, height, width) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
    let (kernel, strides, dilations, pads) = (
      convolution.kernel, convolution.strides, convolution.dilations, convolution.pads
    )
    let rows =
      (height + pads.top + pads.bottom - dilations.height * (kernel.height - 1) - 1) / strides.height + 1
    let columns =
      (width + pads.left + pads.right - dilations.width * (kernel.width - 1) - 1) / strides.width + 1
    guard rows > 0, columns > 0 else { return nil }
    let depth = channels * kernel.height * kernel.width
    let count = depth * LayerSamples.places
    let values = tensor.withFloats { map in
      [Float](unsafeUninitializedCapacity: count) { values, initialized in
        var state = key
        var next = 0
        for _ in 0..<LayerSamples.places {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let place = Int((state >> 33) % UInt64(rows * columns))
          let top = place / columns * strides.height - pads.top
          let left = place % columns * strides.width - pads.left
          for channel in 0..<channels {
            for row in 0..<kernel.height {
              let y = top &+ row &* dilations.height
              for column in 0..<kernel.width {
                let x = left &+ column &* dilations.width
                let isInside = y >= 0 && y < height && x >= 0 && x < width
                values[next] = isInside ? map[(channel &* height &+ y) &* width &+ x] : 0
                next &+= 1
              }
            }
          }
        }
        initialized = count
      }
    }
    return (depth, values)
  }

  /// A number that stands for an image: a hash of its pixels (FNV-1a over every 97th).
  static func key(of image: Tensor) -> UInt64 {
    image.withFloats { values in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for index in stride(from: 0, to: values.count, by: 97) {
        hash = (hash ^ UInt64(values[index].bitPattern)) &* 0x100_0000_01b3
      }
      // The last multiplication leaves high bits that depend on few values: mix once more.
      hash ^= hash >> 31
      return hash &* 0x9e37_79b9_7f4a_7c15
    }
  }
}
