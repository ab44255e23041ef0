import Network
import Quantization

extension NetworkFile {
  /// int8, calibrated on images. A file that is quantized already stays as it is, and keeps a recipe that is stated.
  ///
  /// - Parameter images: nil where there are none.
  /// - Throws: `NetworkFileError.needsImages` where some are needed; `StatedRecipeError`, `KeptRecipeError`.
  public func quantized(
    calibratedWith images: CalibrationImages?, recipe: StatedRecipe? = nil,
    options: QuantizationOptions = QuantizationOptions()
  ) throws -> QuantizedNetwork {
    if let quantized { return try recipe.map(quantized.keeping) ?? quantized }
    guard let images else { throw NetworkFileError.needsImages(path: path) }
    return try images.quantize(try neededGraph(for: "calibrating"), options: options).network
  }

  /// int8, calibrated on the tensor itself, [N, C, H, W].
  public func quantized(calibratedWith tensor: Tensor) throws -> QuantizedNetwork {
    if let quantized { return quantized }
    let graph = try neededGraph(for: "calibrating")
    let executor = try FloatExecutor(graph)
    var calibration = Calibration()
    for image in try images(of: tensor) {
      let one = Tensor(shape: [1] + Array(tensor.shape.suffix(3)), values: image)
      try calibration.observe(one, through: executor)
    }
    return try QuantizedNetwork.quantize(graph, calibration: calibration)
  }

  /// Runs a raw tensor through the network.
  ///
  /// - Parameters:
  ///   - input: [N, C, H, W], or [C, H, W] for one.
  ///   - layer: nil for the network's first output.
  ///   - calibration: what int8 ranges come from; nil for the input itself.
  /// - Returns: [N, …]: the layer's own shape for each image.
  public func run(
    _ input: Tensor, layer: String? = nil, isFloat: Bool = false, calibration: CalibrationImages? = nil,
    instructionSet: InstructionSet = .best, threads: Int = 1
  ) throws -> Tensor {
    let images = try images(of: input)
    let layer = try resolveLayer(layer)
    let engine: NetworkEngine
    if isFloat {
      engine = try NetworkEngine(
        try neededGraph(for: "float32"), outputs: [layer], instructionSet: instructionSet)
    } else {
      let network =
        try calibration.map { try quantized(calibratedWith: $0) } ?? quantized(calibratedWith: input)
      engine = try NetworkEngine(network, outputs: [layer], instructionSet: instructionSet)
    }
    let results = try engine.makeRunner(nil, threads: threads).run(tensors: images)
    let values = results.flatMap { $0.first ?? [] }
    let shape = try layerShape(layer) ?? [values.count / max(1, images.count)]
    return Tensor(shape: [images.count] + shape, values: values)
  }

  /// Without the batch; nil where only the count of elements is known.
  private func layerShape(_ layer: String) throws -> [Int]? {
    guard let shape = try graph?.shapes(batch: 1)[layer], shape.first == 1 else { return nil }
    return Array(shape.dropFirst())
  }

  /// Each image's numbers, [C, H, W].
  private func images(of tensor: Tensor) throws -> [[Float]] {
    let shape = Array(tensor.shape.suffix(3))
    guard tensor.shape.count == 4 || tensor.shape.count == 3, shape.count == inputShape.count,
      zip(shape, inputShape).allSatisfy({ $0 == $1 || $1 < 0 }), tensor.count > 0
    else { throw NetworkFileError.inputShape(found: tensor.shape, expected: inputShape) }
    let size = shape.reduce(1, *)
    let values = tensor.floats
    return stride(from: 0, to: values.count, by: size).map { Array(values[$0..<$0 + size]) }
  }
}
