import CKernels

/// Elements moved to other places.
extension FloatStep {
  /// Steps between neighbours along each dimension of a row-major tensor.
  static func steps(_ shape: [Int]) -> [Int] {
    var steps = [Int](repeating: 1, count: shape.count)
    for index in shape.indices.dropLast().reversed() { steps[index] = steps[index + 1] * shape[index + 1] }
    return steps
  }

  /// result[i] = input[start + sum of i[d] * steps[d]].
  private func strided(start: Int, steps: [Int]) -> Tensor {
    let shape = shape
    let (inner, innerStep) = (shape.last ?? 1, steps.last ?? 0)
    return make { output in
      withPointer(inputs[0]) { input in
        for block in 0..<(inner == 0 ? 0 : count / inner) {
          var (rest, from) = (block, start)
          for dimension in shape.indices.dropLast().reversed() {
            from &+= rest % shape[dimension] &* steps[dimension]
            rest /= shape[dimension]
          }
          let target = output + block &* inner
          for index in 0..<inner { target[index] = input[from &+ index &* innerStep] }
        }
      }
    }
  }

  func transposed(_ permutation: [Int]) -> Tensor {
    let steps = Self.steps(inputs[0].shape)
    return strided(start: 0, steps: permutation.map { steps[$0] })
  }

  func sliced(_ ranges: [SliceRange]) -> Tensor {
    let steps = Self.steps(inputs[0].shape)
    return strided(
      start: zip(ranges, steps).reduce(0) { $0 + $1.0.start * $1.1 },
      steps: zip(ranges, steps).map { $0.step * $1 })
  }

  func concatenated(_ axis: Int) -> Tensor {
    let outer = shape[..<axis].reduce(1, *)
    let whole = shape[axis...].reduce(1, *)
    return make { output in
      var offset = 0
      for input in inputs {
        let part = input.shape[axis...].reduce(1, *)
        withPointer(input) { from in
          for index in 0..<outer {
            (output + index * whole + offset).update(from: from + index * part, count: part)
          }
        }
        offset += part
      }
    }
  }

  func padded(_ amounts: [Int], _ value: Float) -> Tensor {
    let source = inputs[0].shape
    let rank = source.count
    guard rank > 0 else { return inputs[0] }
    let steps = Self.steps(shape)
    // By dimension the part of the input that stays (negative amounts crop).
    let kept = source.indices.map {
      max(0, -amounts[$0])..<max(max(0, -amounts[$0]), source[$0] + min(0, amounts[rank + $0]))
    }
    let inner = kept[rank - 1]
    return make { output in
      output.update(repeating: value, count: count)
      guard kept.allSatisfy({ !$0.isEmpty }) else { return }
      withPointer(inputs[0]) { input in
        for row in 0..<source.dropLast().reduce(1, *) {
          var (rest, to, isKept) = (row, 0, true)
          for dimension in source.indices.dropLast().reversed() {
            let position = rest % source[dimension]
            rest /= source[dimension]
            isKept = isKept && kept[dimension].contains(position)
            to += (position + amounts[dimension]) * steps[dimension]
          }
          guard isKept else { continue }
          let from = input + row * source[rank - 1] + inner.lowerBound
          (output + to + inner.lowerBound + amounts[rank - 1]).update(from: from, count: inner.count)
        }
      }
    }
  }

  /// The mean over some dimensions.
  func mean(_ axes: [Int]) -> Tensor {
    let source = inputs[0].shape
    let keptSteps = Self.steps(source.indices.map { axes.contains($0) ? 1 : source[$0] })
    let total = inputs[0].count
    if count > 0, total > 0, Set(axes) == Set(source.count - axes.count..<source.count) {
      let size = total / count
      return make { output in
        withPointer(inputs[0]) { input in
          for row in 0..<count { output[row] = synoptic_float_mean(input + row * size, size) }
        }
      }
    }
    return make { output in
      output.update(repeating: 0, count: count)
      withPointer(inputs[0]) { input in
        for index in 0..<total {
          var (rest, to) = (index, 0)
          for dimension in source.indices.reversed() {
            if !axes.contains(dimension) { to &+= rest % source[dimension] &* keptSteps[dimension] }
            rest /= source[dimension]
          }
          output[to] += input[index]
        }
      }
      let divisor = Float(total) / Float(max(count, 1))
      for index in 0..<count { output[index] /= divisor }
    }
  }

  func gathered(_ axis: Int) throws(NetworkError) -> Tensor {
    let source = inputs[0].shape
    guard let indices = inputs[1].integers else { throw inference.invalid("its indices are not integers") }
    let size = source[axis]
    let positions = indices.map { $0 < 0 ? Int(clamping: $0) + size : Int(clamping: $0) }
    guard positions.allSatisfy({ $0 >= 0 && $0 < size }) else {
      throw inference.invalid("an index outside \(size)")
    }
    let outer = source[..<axis].reduce(1, *)
    let part = source[(axis + 1)...].reduce(1, *)
    return make { output in
      withPointer(inputs[0]) { input in
        var place = output
        for block in 0..<outer {
          for position in positions {
            place.update(from: input + (block * size + position) * part, count: part)
            place += part
          }
        }
      }
    }
  }
}
