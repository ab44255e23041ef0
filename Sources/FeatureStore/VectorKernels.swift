import CKernels

/// The C kernels over stored vectors, behind checked sizes: the only file of this room with pointers into C.
struct VectorKernels: @unchecked Sendable {
  // Unchecked because C function pointers carry no mark; these are constants without state.
  private let kernels: synoptic_vector_kernels

  static let best = VectorKernels(synoptic_best_instruction_set())

  /// Those of `set`, or the scalar ones where this processor lacks it.
  init(_ set: synoptic_instruction_set) {
    kernels = synoptic_vector_kernels_of(synoptic_has_instruction_set(set) ? set : SYNOPTIC_SCALAR)
  }

  func float16(_ vector: [Float]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: vector.count * 2) { bytes, count in
      vector.withUnsafeBufferPointer { vector in
        if let source = vector.baseAddress, let target = bytes.baseAddress {
          kernels.float32_to_float16(source, target, vector.count)
        }
      }
      count = vector.count * 2
    }
  }

  func floats(fromFloat16 bytes: UnsafeRawBufferPointer) -> [Float] {
    let values = bytes.count / 2
    return [Float](unsafeUninitializedCapacity: values) { floats, count in
      if let source = bytes.baseAddress, let target = floats.baseAddress {
        kernels.float16_to_float32(source, target, values)
      }
      count = values
    }
  }

  /// The dot product with a stored vector and that vector's squared norm, both without an int8 vector's
  /// scale. Nil where `row` isn't as long as the query.
  @inline(__always)
  func dotAndNorm(
    _ query: UnsafeBufferPointer<Float>, _ row: UnsafeRawBufferPointer, _ encoding: VectorEncoding
  ) -> (dot: Float, squaredNorm: Float)? {
    guard row.count == query.count * encoding.bytesPerValue, let values = query.baseAddress,
      let bytes = row.baseAddress
    else { return nil }
    let sums =
      encoding == .float16
      ? kernels.dot_norm_float16(values, bytes, query.count)
      : kernels.dot_norm_int8(values, bytes, query.count)
    return (sums.dot, sums.squared_norm)
  }

  /// The dot product alone, for rows whose norm is known.
  @inline(__always)
  func dot(
    _ query: UnsafeBufferPointer<Float>, _ row: UnsafeRawBufferPointer, _ encoding: VectorEncoding
  ) -> Float? {
    guard row.count == query.count * encoding.bytesPerValue, let values = query.baseAddress,
      let bytes = row.baseAddress
    else { return nil }
    return encoding == .float16
      ? kernels.dot_float16(values, bytes, query.count) : kernels.dot_int8(values, bytes, query.count)
  }

  /// Exact; nil where the lengths differ.
  func dot(_ left: [Int8], _ right: [Int8]) -> Int64? {
    guard left.count == right.count else { return nil }
    return kernels.dot_int8_int8(left, right, left.count)
  }
}
