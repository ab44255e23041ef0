import CKernels

/// Convolution: depthwise directly, everything else as a product of packed weights with patches of the map.
extension FloatStep {
  func convolution(_ convolution: Convolution) throws(NetworkError) -> Tensor {
    let kernel = try kernel(convolution)
    let isDepthwise = inputs[1].shape[1] == 1 && convolution.groups > 1
    let result = make { output in
      if isDepthwise { writeDepthwise(kernel, to: output) } else { writeProduct(kernel, to: output) }
    }
    guard let activation = convolution.activation, activation.bounds == nil else { return result }
    return apply(activation, to: result)
  }

  /// The convolution as kernels take it, with its activation where that is a clamp.
  func kernel(_ convolution: Convolution) throws(NetworkError) -> synoptic_float_convolution {
    let geometry = try WindowGeometry(convolution, input: inputs[0].shape, node: node.name)
    let bounds = convolution.activation.kernelBounds
    var kernel = synoptic_float_convolution(geometry, channels: inputs[0].shape[1], outputs: shape[1])
    kernel.setWindow(convolution.kernel, convolution.strides, convolution.dilations)
    kernel.groups = convolution.groups
    kernel.lower = bounds.lower
    kernel.upper = bounds.upper
    return kernel
  }

  private func writeDepthwise(_ kernel: synoptic_float_convolution, to output: UnsafeMutablePointer<Float>) {
    var kernel = kernel
    let scratch = executor.pool.buffer(synoptic_float_depthwise_scratch_count(&kernel))
    let sizes = imageSizes
    inputs[1].withFloatBytes { weights in
      withPointer(inputs[0]) { input in
        withOptionalPointer(bias) { bias in
          for image in 0..<shape[0] {
            synoptic_float_depthwise(
              kernelSet, &kernel, input + image * sizes.input, weights.baseAddress, bias,
              output + image * sizes.output, scratch.start)
          }
        }
      }
    }
  }

  /// Writes the result of a convolution that is not depthwise, images one after another.
  func writeProduct(_ kernel: synoptic_float_convolution, to output: UnsafeMutablePointer<Float>) {
    var kernel = kernel
    let scratch = executor.pool.buffer(synoptic_float_scratch_count(kernelSet))
    let weights = packedWeights(groups: Int(kernel.groups))
    let sizes = imageSizes
    withPointer(inputs[0]) { input in
      withOptionalPointer(bias) { bias in
        withOptionalPointer(addend) { addend in
          for image in 0..<shape[0] {
            synoptic_float_convolve(
              kernelSet, &kernel, input + image * sizes.input, weights.start, bias,
              addend.map { $0 + image * sizes.output }, output + image * sizes.output, scratch.start)
          }
        }
      }
    }
  }

  private var bias: Tensor? { inputs.count > 2 ? inputs[2] : nil }

  private var imageSizes: (input: Int, output: Int) {
    (inputs[0].shape.dropFirst().reduce(1, *), shape.dropFirst().reduce(1, *))
  }

  private func packedWeights(groups: Int) -> FloatBuffer {
    let tensor = inputs[1]
    let name = node.inputs[1]
    guard let constant = executor.graph.constants[name], constant.isSame(as: tensor) else {
      return pack(tensor, groups, executor.pool)
    }
    return executor.packed.weights(named: "\(name)/\(groups)") { pack(tensor, groups, $0) }
  }

  private func pack(_ tensor: Tensor, _ groups: Int, _ pool: FloatBufferPool) -> FloatBuffer {
    let rows = tensor.shape[0] / groups
    let depth = tensor.shape.dropFirst().reduce(1, *)
    let each = synoptic_float_packed_count(kernelSet, rows, depth)
    let buffer = pool.buffer(each * groups)
    tensor.withFloatBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for group in 0..<groups {
        synoptic_float_pack(
          kernelSet, base + 4 * group * rows * depth, rows, depth, depth, 1, buffer.start + group * each)
      }
    }
    return buffer
  }
}

extension synoptic_float_convolution {
  init(_ geometry: WindowGeometry, channels: Int, outputs: Int) {
    self.init()
    self.channels = channels
    height = geometry.input.height
    width = geometry.input.width
    output_channels = outputs
    output_height = geometry.output.height
    output_width = geometry.output.width
    pad_top = geometry.pads.top
    pad_left = geometry.pads.left
    groups = 1
  }

  mutating func setWindow(_ kernel: Int2, _ strides: Int2, _ dilations: Int2) {
    kernel_height = kernel.height
    kernel_width = kernel.width
    stride_height = strides.height
    stride_width = strides.width
    dilation_height = dilations.height
    dilation_width = dilations.width
  }
}
