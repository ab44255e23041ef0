import Network

/// A layer of an int8 network, and in what it is computed.
public struct QuantizedLayer: Sendable, Equatable {
  public enum Precision: String, Sendable { case int8, float32 }

  public var name: String
  /// The operation, such as "convolution 3x3/2".
  public var kind: String
  /// For a batch of one.
  public var shape: [Int]
  /// Of one image; a convolution in groups counts the zeros between them, which are multiplied too.
  public var multiplyAccumulates: Int
  public var parameters: Int
  public var precision: Precision
  /// Why it is float32; nil where it isn't, or has no int8 form in any network.
  public var reason: String?
}

extension QuantizedNetwork {
  /// The layers in the order of computation. What only changes between bytes and floats is not among them.
  public var listing: [QuantizedLayer] {
    structure.operations.flatMap { operation -> [QuantizedLayer] in
      switch operation {
      case .quantize: []
      case .floatIsland(let island): layers(of: island)
      default: operation.outputs.map { layer(of: operation, output: $0) }
      }
    }
  }

  /// What a float network would be in int8, as far as that does not depend on images.
  ///
  /// - Parameter graph: a simplified graph.
  /// - Throws: as lowering does.
  public static func trial(_ graph: Graph) throws -> QuantizedNetwork {
    try checkQuantization(of: graph)
    var lowering = try GraphLowering(graph, isTrial: true)
    return try lowering.lowered()
  }

  /// In what a layer is computed; nil for a name that stands for no computation of its own, such as a reshape.
  public func layer(named name: String, among listing: [String: QuantizedLayer]) -> QuantizedLayer? {
    if let layer = listing[name] { return layer }
    return structure.aliases[name].flatMap { listing[structure.values[$0].name] }
  }

  private func layer(of operation: QuantizedOperation, output: Int) -> QuantizedLayer {
    let value = structure.values[output]
    let isVector = value.shape.height == 1 && value.shape.width == 1
    let isFloat = if case .softmax = operation { true } else { false }
    let (kind, products, parameters) = kindAndSize(of: operation, output: value.shape)
    return QuantizedLayer(
      name: value.name, kind: kind,
      shape: isVector
        ? [1, value.shape.channels] : [1, value.shape.channels, value.shape.height, value.shape.width],
      multiplyAccumulates: products, parameters: parameters, precision: isFloat ? .float32 : .int8,
      reason: nil)
  }

  private func kindAndSize(
    of operation: QuantizedOperation, output: MapShape
  ) -> (kind: String, products: Int, parameters: Int) {
    switch operation {
    case .convolution(let convolution):
      let window = convolution.window
      let input = structure.values[convolution.input].shape
      let perChannel = convolution.weights.count / max(1, output.channels)
      let isDense =
        output.height * output.width == 1 && window.kernelHeight == input.height
        && window.kernelWidth == input.width
      let name =
        isDense ? "dense" : "\(convolution.isDepthwise ? "depthwise " : "")convolution \(window.text)"
      return (
        name + (convolution.residual == nil ? "" : " and add"), output.count * perChannel,
        convolution.weights.count + convolution.bias.count / 4
      )
    case .pooling(let pooling):
      return ("\(pooling.isMaximum ? "max" : "average") pool \(pooling.window.text)", 0, 0)
    case .globalAverage: return ("global average pool", 0, 0)
    case .add: return ("add", 0, 0)
    case .multiply: return ("multiply", 0, 0)
    case .lookup: return ("table", 0, 0)
    case .concat: return ("concat", 0, 0)
    case .rearrange: return ("rearrange", 0, 0)
    case .quantize: return ("quantize", 0, 0)
    case .softmax: return ("softmax", 0, 0)
    case .floatIsland: return ("float", 0, 0)
    }
  }

  private func layers(of island: FloatIsland) -> [QuantizedLayer] {
    let layers = (try? island.graph(in: self).layers()) ?? []
    return layers.compactMap { layer in
      // What rounds between float operators is part of them.
      guard structure.values.contains(where: { $0.name == layer.name }) else { return nil }
      return QuantizedLayer(
        name: layer.name, kind: layer.kind, shape: layer.shape,
        multiplyAccumulates: layer.multiplyAccumulates, parameters: layer.parameters, precision: .float32,
        reason: island.reasons[layer.name])
    }
  }
}

extension Window {
  fileprivate var text: String {
    "\(kernelHeight)x\(kernelWidth)" + (strideHeight == 1 && strideWidth == 1 ? "" : "/\(strideHeight)")
  }
}
