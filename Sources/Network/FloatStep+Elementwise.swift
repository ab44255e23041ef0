import CKernels
import Foundation

/// Element by element, with NumPy's broadcasting.
extension FloatStep {
  func apply(_ activation: Activation, to x: Tensor) -> Tensor {
    make { output in
      withPointer(x) { input in
        if activation.bounds != nil {
          let bounds = Activation?.some(activation).kernelBounds
          synoptic_float_clamp(input, output, count, bounds.lower, bounds.upper)
        } else {
          switch activation {
          case .sigmoid: synoptic_float_sigmoids(input, output, count)
          case .exponential: synoptic_float_exponentials(input, 0, output, count)
          default: for index in 0..<count { output[index] = activation.apply(input[index]) }
          }
        }
      }
    }
  }

  func add(_ activation: Activation?) -> Tensor {
    let bounds = activation.kernelBounds
    guard inputs[0].shape == inputs[1].shape, activation == nil || activation?.bounds != nil else {
      let sum = combine(inputs[0], inputs[1]) { $0 + $1 }
      return activation.map { apply($0, to: sum) } ?? sum
    }
    return make { output in
      withPointer(inputs[0]) { a in
        withPointer(inputs[1]) { synoptic_float_add(a, $0, output, count, bounds.lower, bounds.upper) }
      }
    }
  }

  func sum() -> Tensor {
    var total = inputs.count == 1 ? inputs[0] : combine(inputs[0], inputs[1]) { $0 + $1 }
    for input in inputs.dropFirst(2) { total = combine(total, input) { $0 + $1 } }
    return total
  }

  // A function each, small enough for the compiler to put the operation into the loops of `combine`.
  func levelSum(_ sum: LevelSum) -> Tensor { combine(inputs[0], inputs[1]) { sum($0, $1) } }
  func difference() -> Tensor { combine(inputs[0], inputs[1]) { $0 - $1 } }
  func product() -> Tensor { combine(inputs[0], inputs[1]) { $0 * $1 } }
  func quotient() -> Tensor { combine(inputs[0], inputs[1]) { $0 / $1 } }

  /// Both are broadcast to the result's shape.
  @inline(__always)
  func combine(_ a: Tensor, _ b: Tensor, _ operation: (Float, Float) -> Float) -> Tensor {
    let dimensions = BroadcastDimension.merged(a.shape, b.shape, to: shape)
    let inner = dimensions.last ?? BroadcastDimension(size: 1, a: 0, b: 0)
    let outer = dimensions.dropLast()
    return make { output in
      withPointer(a) { a in
        withPointer(b) { b in
          for block in 0..<(inner.size == 0 ? 0 : count / inner.size) {
            var (rest, aStart, bStart) = (block, 0, 0)
            for dimension in outer.reversed() {
              let position = rest % dimension.size
              rest /= dimension.size
              aStart &+= position &* dimension.a
              bStart &+= position &* dimension.b
            }
            let target = output + block &* inner.size
            let (first, second) = (a + aStart, b + bStart)
            // Apart, so that the compiler can use vectors for the first three.
            switch (inner.a, inner.b) {
            case (1, 1):
              for index in 0..<inner.size { target[index] = operation(first[index], second[index]) }
            case (1, 0):
              let value = second[0]
              for index in 0..<inner.size { target[index] = operation(first[index], value) }
            case (0, 1):
              let value = first[0]
              for index in 0..<inner.size { target[index] = operation(value, second[index]) }
            default:
              for index in 0..<inner.size {
                target[index] = operation(first[index &* inner.a], second[index &* inner.b])
              }
            }
          }
        }
      }
    }
  }

  func softmax(_ axis: SoftmaxAxis, logarithm: Bool) -> Tensor {
    let rank = shape.count
    let first = axis.axis < 0 ? axis.axis + rank : axis.axis
    let size = axis.throughLast ? shape[first...].reduce(1, *) : shape[first]
    let step = axis.throughLast ? 1 : shape[(first + 1)...].reduce(1, *)
    if let levels = axis.levels, step == 1 { return softmax(levels, size: size) }
    return make { output in
      withPointer(inputs[0]) { input in
        guard size > 0 else { return }
        for row in 0..<count / size {
          let start = row / step * size * step + row % step
          var most = -Float.infinity
          for index in 0..<size { most = Swift.max(most, input[start + index * step]) }
          if step == 1, !logarithm {
            let row = output + start
            synoptic_float_exponentials(input + start, most, row, size)
            let factor = 1 / (synoptic_float_mean(row, size) * Float(size))
            for index in 0..<size { row[index] *= factor }
            continue
          }
          var sum: Float = 0
          for index in 0..<size {
            let place = start + index * step
            let power = expf(input[place] - most)
            sum += power
            output[place] = logarithm ? input[place] - most : power
          }
          let (less, factor) = logarithm ? (logf(sum), 1) : (0, (axis.levels?.count ?? 1) / sum)
          for index in 0..<size {
            let place = start + index * step
            output[place] = (output[place] - less) * factor
          }
        }
      }
    }
  }

  private func softmax(_ levels: SoftmaxLevels, size: Int) -> Tensor {
    let table = levels.exponentials(of: size)
    return make { output in
      withPointer(inputs[0]) { input in
        for start in stride(from: 0, to: count, by: max(size, 1)) {
          synoptic_float_softmax_of_levels(
            input + start, levels.inputScale, table, levels.count, output + start, size)
        }
      }
    }
  }

  func batchNormalization(_ epsilon: Float) throws(NetworkError) -> Tensor {
    guard shape.count >= 2, inputs.count == 5, inputs[1...].allSatisfy({ $0.shape == [shape[1]] }) else {
      throw inference.invalid("its parameters do not fit an input of shape \(shape)")
    }
    let parameters = inputs[1...].map(\.floats)
    let size = shape.dropFirst(2).reduce(1, *)
    return make { output in
      withPointer(inputs[0]) { input in
        for plane in 0..<shape[0] * shape[1] {
          let channel = plane % shape[1]
          let factor = parameters[0][channel] / (parameters[3][channel] + epsilon).squareRoot()
          let shift = parameters[1][channel] - parameters[2][channel] * factor
          for index in plane * size..<(plane + 1) * size { output[index] = input[index] * factor + shift }
        }
      }
    }
  }

  func localResponseNormalization(_ lrn: LocalResponseNormalization) throws(NetworkError) -> Tensor {
    guard shape.count >= 2 else { throw inference.invalid("it needs channels") }
    let (channels, size) = (shape[1], shape.dropFirst(2).reduce(1, *))
    let (before, after) = ((lrn.size - 1) / 2, lrn.size / 2)
    return make { output in
      withPointer(inputs[0]) { input in
        for plane in 0..<shape[0] * channels {
          let channel = plane % channels
          let image = (plane - channel) * size
          let range = max(0, channel - before)...min(channels - 1, channel + min(after, channels))
          for index in 0..<size {
            var squares: Float = 0
            for other in range {
              let value = input[image &+ other &* size &+ index]
              squares += value * value
            }
            let place = plane &* size &+ index
            output[place] = input[place] / powf(lrn.bias + lrn.alpha / Float(lrn.size) * squares, lrn.beta)
          }
        }
      }
    }
  }
}

/// One dimension of a broadcast: its size and how far each operand moves along it (0 where it is repeated).
struct BroadcastDimension {
  var size: Int
  var a: Int
  var b: Int

  /// The dimensions of the result, outermost first, neighbours made one where both operands run through them evenly.
  static func merged(_ a: [Int], _ b: [Int], to shape: [Int]) -> [BroadcastDimension] {
    var merged: [BroadcastDimension] = []
    var (aStep, bStep) = (1, 1)
    for index in shape.indices.reversed() {
      let aSize = index - (shape.count - a.count) >= 0 ? a[index - (shape.count - a.count)] : 1
      let bSize = index - (shape.count - b.count) >= 0 ? b[index - (shape.count - b.count)] : 1
      let next = BroadcastDimension(
        size: shape[index], a: aSize == 1 ? 0 : aStep, b: bSize == 1 ? 0 : bStep)
      aStep *= aSize
      bStep *= bSize
      if shape[index] == 1 { continue }
      if let last = merged.last, next.a == last.a * last.size, next.b == last.b * last.size {
        merged[merged.count - 1].size *= next.size
      } else {
        merged.append(next)
      }
    }
    return merged.reversed()
  }
}
