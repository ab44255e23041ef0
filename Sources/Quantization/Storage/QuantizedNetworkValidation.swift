/// A serialized network may come from anywhere: nothing in it may lead outside its own arrays.
extension QuantizedNetwork {
  func validate() throws(QuantizationError) {
    let values = structure.values
    guard values.indices.contains(structure.input), structure.outputs.allSatisfy(values.indices.contains),
      structure.aliases.values.allSatisfy(values.indices.contains)
    else { throw .damaged(reason: "a value is named that isn't there") }
    for value in values {
      let dimensions = [value.shape.channels, value.shape.height, value.shape.width]
      guard dimensions.allSatisfy({ (1...1 << 20).contains($0) }), value.shape.count <= 1 << 30 else {
        throw .damaged(reason: "value \"\(value.name)\" has an impossible shape")
      }
      if let quantization = value.quantization {
        guard quantization.scale.isFinite, quantization.scale > 0, (0...255).contains(quantization.zeroPoint)
        else {
          throw .damaged(reason: "value \"\(value.name)\" has an impossible quantisation")
        }
      }
    }
    if let packed {
      let pieces = packed.directory.pieces
      guard pieces.allSatisfy({ Self.isInside($0.span, of: packed.bytes.count) }) else {
        throw .damaged(reason: "its packed weights lead outside of their section")
      }
    }
    var known: Set<Int> = [structure.input]
    for operation in structure.operations {
      let used = operation.inputs
      guard (used + operation.outputs).allSatisfy(values.indices.contains), used.allSatisfy(known.contains),
        operation.outputs.allSatisfy({ known.insert($0).inserted })
      else { throw .damaged(reason: "its operations are out of order") }
      if case .floatIsland(let island) = operation {
        try validate(island)
      } else {
        try validate(operation)
      }
    }
  }

  private func validate(_ operation: QuantizedOperation) throws(QuantizationError) {
    let values = structure.values
    let input = values[operation.inputs.first ?? structure.input]
    guard let output = operation.outputs.first.map({ values[$0] }) else {
      throw .damaged(reason: "an operation makes nothing")
    }
    var isSound = true
    switch operation {
    case .convolution(let convolution):
      let window = convolution.window
      let filters = convolution.isDepthwise ? 1 : input.shape.channels
      let weights = Self.product([output.shape.channels, filters, window.kernelHeight, window.kernelWidth])
      isSound =
        input.quantization != nil && window.isSound(from: input.shape, to: output.shape)
        && isInside(convolution.weights, count: weights)
        && isInside(convolution.weightScales, count: 4 * output.shape.channels)
        && isInside(convolution.bias, count: 4 * output.shape.channels)
        && (!convolution.isDepthwise
          || (input.shape.channels == output.shape.channels && output.quantization != nil))
      if let residual = convolution.residual {
        isSound = isSound && values[residual].shape == output.shape && values[residual].quantization != nil
      }
    case .pooling(let pooling):
      isSound =
        input.quantization != nil && output.quantization != nil
        && input.shape.channels == output.shape.channels
        && pooling.window.isSound(from: input.shape, to: output.shape)
    case .globalAverage:
      isSound =
        input.quantization != nil && output.quantization == nil && output.shape.count == input.shape.channels
    case .add(let left, let right, _, _, _):
      isSound = [left, right].allSatisfy {
        values[$0].shape == output.shape && values[$0].quantization != nil
      }
    case .multiply(let left, let right, _):
      let factor = values[right].shape
      isSound =
        values[left].shape == output.shape && output.quantization != nil
        && (factor == output.shape
          || factor == MapShape(channels: output.shape.channels, height: 1, width: 1))
        && [left, right].allSatisfy { values[$0].quantization != nil }
    case .lookup(_, _, let table):
      isSound =
        input.shape == output.shape && input.quantization != nil && output.quantization != nil
        && isInside(table, count: 256)
    case .concat(let inputs, _):
      isSound =
        !inputs.isEmpty && output.quantization != nil
        && inputs.map { values[$0].shape.channels }.reduce(0, +) == output.shape.channels
        && inputs.allSatisfy {
          values[$0].quantization != nil && values[$0].shape.height == output.shape.height
            && values[$0].shape.width == output.shape.width
        }
    case .rearrange(let rearrangement):
      func holds(_ span: DataSpan, _ count: Int, below limit: Int) -> Bool {
        isInside(span, count: 4 * count) && int32s(span).allSatisfy { (0..<Int32(limit)).contains($0) }
      }
      isSound =
        input.quantization != nil && input.quantization == output.quantization
        && holds(rearrangement.channels, output.shape.channels, below: input.shape.channels)
        && holds(rearrangement.rows, output.shape.height, below: input.shape.height)
        && holds(rearrangement.columns, output.shape.width, below: input.shape.width)
    case .quantize:
      isSound =
        input.quantization == nil && output.quantization != nil && input.shape == output.shape
        && (input.isRowMajor || input.shape.count == input.shape.channels)
    case .softmax:
      isSound =
        input.quantization == nil && output.quantization == nil && input.shape == output.shape
        && input.shape.count == input.shape.channels
    case .floatIsland:
      break
    }
    guard isSound else { throw .damaged(reason: "the operation that makes \"\(output.name)\" is not sound") }
  }

  /// An island's own nodes are checked by the float executor when it runs; here, that what crosses its shores fits.
  private func validate(_ island: FloatIsland) throws(QuantizationError) {
    let values = structure.values
    let node = island.nodes.first?.name ?? ""
    for constant in island.constants {
      let size = FloatIsland.Constant.size(of: constant.element)
      let count = size.flatMap { Self.product(constant.shape + [$0]) }
      guard constant.shape.allSatisfy({ $0 >= 0 }), isInside(constant.elements, count: count) else {
        throw .damaged(reason: "the constant \"\(constant.name)\" leads outside of the data")
      }
    }
    let inputsFit = island.inputs.allSatisfy {
      Self.product($0.shape) == values[$0.value].shape.count && $0.shape.allSatisfy { $0 > 0 }
    }
    guard inputsFit, let shapes = try? island.graph(in: self).shapes(batch: 1),
      island.outputs.allSatisfy({ output in
        values[output.value].quantization == nil && values[output.value].isRowMajor
          && shapes[output.name]?.reduce(1, *) == values[output.value].shape.count
      })
    else { throw .damaged(reason: "the float operators from \"\(node)\" on are not sound") }
  }

  /// Nil where it can't be said in 63 bits.
  private static func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = next
    }
    return product
  }

  private func isInside(_ span: DataSpan, count: Int?) -> Bool {
    span.count == count && Self.isInside(span, of: data.count)
  }

  private static func isInside(_ span: DataSpan, of count: Int) -> Bool {
    span.count >= 0 && span.offset >= 0 && span.count <= count && span.offset <= count - span.count
  }
}
