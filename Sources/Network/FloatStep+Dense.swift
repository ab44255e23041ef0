import CKernels

/// Matrix products.
extension FloatStep {
  func gemm(_ gemm: Gemm) -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    let depth = gemm.transposeA ? inputs[0].shape[0] : inputs[0].shape[1]
    let product =
      gemm.transposeB
      ? dense(gemm.transposeA ? transposedMatrix(inputs[0]) : inputs[0], inputs[1], rows, depth, columns)
      : make { output in
        withPointer(inputs[0]) { a in
          withPointer(inputs[1]) { b in
            multiply(
              a, rowStep: gemm.transposeA ? 1 : depth, depthStep: gemm.transposeA ? rows : 1, b, output,
              rows, depth, columns)
          }
        }
      }
    let bounds = gemm.activation.kernelBounds
    // The product is this step's own memory; nobody else refers to it yet.
    guard case .buffer(let buffer) = product.storage else { return product }
    if gemm.alpha != 1 { for index in 0..<count { buffer.start[index] *= gemm.alpha } }
    if inputs.count > 2 { addBroadcast(inputs[2], gemm.beta, to: buffer.start) }
    if gemm.activation?.bounds != nil {
      synoptic_float_clamp(buffer.start, buffer.start, count, bounds.lower, bounds.upper)
    } else if let activation = gemm.activation {
      return apply(activation, to: product)
    }
    return product
  }

  /// With an empty depth or result there is nothing to read.
  private func dense(_ x: Tensor, _ weights: Tensor, _ rows: Int, _ depth: Int, _ columns: Int) -> Tensor {
    make { output in
      weights.withFloatBytes { weights in
        withPointer(x) {
          synoptic_float_dense(kernelSet, $0, weights.baseAddress, output, rows, depth, columns)
        }
      }
    }
  }

  private func transposedMatrix(_ matrix: Tensor) -> Tensor {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    return matrix.withFloats { from in
      Tensor(
        shape: [columns, rows],
        values: [Float](unsafeUninitializedCapacity: from.count) { to, initialized in
          for column in 0..<columns {
            for row in 0..<rows { to[column &* rows &+ row] = from[row &* columns &+ column] }
          }
          initialized = from.count
        })
    }
  }

  /// Adds beta * C, C being [columns], [1, columns], [rows, 1], [rows, columns] or one number.
  private func addBroadcast(_ addend: Tensor, _ beta: Float, to output: UnsafeMutablePointer<Float>) {
    let full = Array(repeating: 1, count: 2 - addend.shape.count) + addend.shape
    let rowStep = full[0] == 1 ? 0 : full[1]
    let columnStep = full[1] == 1 ? 0 : 1
    withPointer(addend) { c in
      for row in 0..<shape[0] {
        for column in 0..<shape[1] {
          output[row &* shape[1] &+ column] += beta * c[row &* rowStep &+ column &* columnStep]
        }
      }
    }
  }

  private func multiply(
    _ a: UnsafePointer<Float>, rowStep: Int, depthStep: Int, _ b: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ rows: Int, _ depth: Int, _ columns: Int
  ) {
    guard depth > 0 else { return output.update(repeating: 0, count: rows * columns) }
    let scratch = executor.pool.buffer(synoptic_float_scratch_count(kernelSet))
    let packed = executor.pool.buffer(synoptic_float_packed_count(kernelSet, rows, depth))
    synoptic_float_pack(kernelSet, a, rows, depth, rowStep, depthStep, packed.start)
    synoptic_float_matmul(kernelSet, packed.start, b, nil, output, rows, depth, columns, scratch.start)
  }

  /// NumPy's matmul: the last two dimensions multiply, those before broadcast.
  func matrixProduct() -> Tensor {
    let left = inputs[0].shape.count == 1 ? [1] + inputs[0].shape : inputs[0].shape
    let right = inputs[1].shape.count == 1 ? inputs[1].shape + [1] : inputs[1].shape
    let (rows, depth, columns) = (left[left.count - 2], left[left.count - 1], right[right.count - 1])
    let lead = max(left.count, right.count) - 2
    let leftLead = Array(repeating: 1, count: lead + 2 - left.count) + left.dropLast(2)
    let rightLead = Array(repeating: 1, count: lead + 2 - right.count) + right.dropLast(2)
    let batches = zip(leftLead, rightLead).map { $0 == 1 ? $1 : $0 }
    return make { output in
      withPointer(inputs[0]) { a in
        withPointer(inputs[1]) { b in
          for batch in 0..<batches.reduce(1, *) {
            var (rest, aIndex, bIndex, aStep, bStep) = (batch, 0, 0, 1, 1)
            for dimension in batches.indices.reversed() {
              let position = rest % batches[dimension]
              rest /= batches[dimension]
              aIndex += leftLead[dimension] == 1 ? 0 : position * aStep
              bIndex += rightLead[dimension] == 1 ? 0 : position * bStep
              aStep *= leftLead[dimension]
              bStep *= rightLead[dimension]
            }
            multiply(
              a + aIndex * rows * depth, rowStep: depth, depthStep: 1, b + bIndex * depth * columns,
              output + batch * rows * columns, rows, depth, columns)
          }
        }
      }
    }
  }
}
