import CKernels

/// Windows over planes.
extension FloatStep {
  /// One number from every plane of [N, C, …].
  func planes(_ reduce: (UnsafePointer<Float>, Int) -> Float) -> Tensor {
    let size = inputs[0].shape.dropFirst(2).reduce(1, *)
    return make { output in
      withPointer(inputs[0]) { input in
        for plane in 0..<count { output[plane] = reduce(input + plane * size, size) }
      }
    }
  }

  func maxPool(_ pooling: Pooling) throws(NetworkError) -> Tensor {
    let geometry = try WindowGeometry(pooling, input: inputs[0].shape, node: node.name)
    var kernel = synoptic_float_convolution(geometry, channels: 1, outputs: 1)
    kernel.setWindow(pooling.kernel, pooling.strides, pooling.dilations)
    let row = executor.pool.buffer(geometry.input.width)
    let (size, outputSize) = (
      geometry.input.height * geometry.input.width, geometry.output.height * geometry.output.width
    )
    return make { output in
      withPointer(inputs[0]) { input in
        for plane in 0..<shape[0] * shape[1] {
          synoptic_float_max_pool(
            kernelSet, &kernel, input + plane * size, output + plane * outputSize, row.start)
        }
      }
    }
  }

  func averagePool(_ pooling: Pooling) throws(NetworkError) -> Tensor {
    let geometry = try WindowGeometry(pooling, input: inputs[0].shape, node: node.name)
    let (height, width) = (geometry.input.height, geometry.input.width)
    let rows = Self.windows(
      height, geometry.output.height, pooling.kernel.height, pooling.strides.height,
      pooling.dilations.height, geometry.pads.top, geometry.pads.bottom)
    let columns = Self.windows(
      width, geometry.output.width, pooling.kernel.width, pooling.strides.width,
      pooling.dilations.width, geometry.pads.left, geometry.pads.right)
    return make { output in
      withPointer(inputs[0]) { input in
        var place = output
        for plane in 0..<shape[0] * shape[1] {
          let start = input + plane * height * width
          for row in rows {
            for column in columns {
              var sum: Float = 0
              for y in row.inside { for x in column.inside { sum += start[y &* width &+ x] } }
              let counted =
                pooling.countIncludesPadding
                ? row.padded * column.padded : row.inside.count * column.inside.count
              place.pointee = counted == 0 ? 0 : sum / Float(counted)
              place += 1
            }
          }
        }
      }
    }
  }

  /// For each output along one direction: the places of the map under its window, and how many there are with the
  /// padding (but not what hangs over beyond it).
  private static func windows(
    _ input: Int, _ output: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
  ) -> [(inside: [Int], padded: Int)] {
    (0..<output).map { position in
      let places = (0..<kernel).map { position * stride - before + $0 * dilation }
      return (places.filter { $0 >= 0 && $0 < input }, places.count { $0 < input + after })
    }
  }
}
