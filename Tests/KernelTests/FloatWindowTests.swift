import CKernels
import Testing

/// A window over float maps, and what it gives by its definition, in doubles.
struct FloatWindowCase: Sendable, CustomStringConvertible {
  var channels: Int
  var outputs: Int
  var size: (height: Int, width: Int)
  var kernel: Int
  var stride = 1
  var pads = (top: 0, left: 0, bottom: 0, right: 0)

  var description: String {
    "\(channels)->\(outputs) of \(size.height)x\(size.width), \(kernel)x\(kernel) by \(stride), pads \(pads)"
  }

  var output: (height: Int, width: Int) {
    (
      (size.height + pads.top + pads.bottom - kernel) / stride + 1,
      (size.width + pads.left + pads.right - kernel) / stride + 1
    )
  }

  var shape: synoptic_float_convolution {
    var shape = synoptic_float_convolution()
    (shape.channels, shape.output_channels, shape.groups) = (channels, outputs, 1)
    (shape.height, shape.width) = (size.height, size.width)
    (shape.output_height, shape.output_width) = (output.height, output.width)
    (shape.kernel_height, shape.kernel_width) = (kernel, kernel)
    (shape.stride_height, shape.stride_width) = (stride, stride)
    (shape.dilation_height, shape.dilation_width) = (1, 1)
    (shape.pad_top, shape.pad_left) = (pads.top, pads.left)
    (shape.lower, shape.upper) = (-2, 3)
    return shape
  }

  /// The places of the map under the window of one output; nil where there is padding.
  func taps(_ y: Int, _ x: Int) -> [Int?] {
    (0..<kernel * kernel).map { tap in
      let (row, column) = (y * stride + tap / kernel - pads.top, x * stride + tap % kernel - pads.left)
      let isInside = row >= 0 && column >= 0 && row < size.height && column < size.width
      return isInside ? row * size.width + column : nil
    }
  }

  /// `body` for every output pixel in order.
  func map(_ body: (_ taps: [Int?]) -> Double) -> [Double] {
    (0..<output.height * output.width).map { body(taps($0 / output.width, $0 % output.width)) }
  }

  func clamped(_ value: Double) -> Double { min(max(value, -2), 3) }

  func values(_ count: Int, seed: Int) -> [Float] {
    var random = RandomBytes(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }
}

@Suite("Float kernels over windows give what their definition gives")
struct FloatWindowTests {
  static let sets = [SYNOPTIC_SCALAR, SYNOPTIC_AVX2, SYNOPTIC_AVX512VNNI].filter(synoptic_has_instruction_set)
  private static let guardValue: Float = 12345

  private func expectClose(_ found: [Float], _ expected: [Double], within tolerance: Double, _ what: String) {
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(worst <= tolerance, "\(what): off by \(worst)")
    #expect(found[expected.count...].allSatisfy { $0 == Self.guardValue }, "\(what): it writes past its end")
  }

  static let depthwiseCases: [FloatWindowCase] = {
    var cases: [FloatWindowCase] = []
    let sizes: [(Int, Int)] = [(1, 1), (7, 7), (8, 16), (13, 17), (33, 50)]
    for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2)] {
      let half = kernel / 2
      for size in sizes {
        for pads in [(half, half, half, half), (0, 1, kernel, kernel)] {
          cases.append(
            FloatWindowCase(channels: 3, outputs: 6, size: size, kernel: kernel, stride: stride, pads: pads))
        }
      }
    }
    return cases
  }()

  @Test("depthwise convolutions", arguments: depthwiseCases)
  func depthwise(shape: FloatWindowCase) {
    var call = shape.shape
    call.groups = shape.channels
    let area = shape.size.height * shape.size.width
    let taps = shape.kernel * shape.kernel
    let input = shape.values(shape.channels * area, seed: 4)
    let weights = shape.values(shape.outputs * taps, seed: 5)
    let bias = shape.values(shape.outputs, seed: 6)
    let expected: [Double] = (0..<shape.outputs).flatMap { output -> [Double] in
      shape.map { places in
        var sum = Double(bias[output])
        for (tap, place) in places.enumerated() {
          guard let place else { continue }
          sum += Double(input[output / 2 * area + place]) * Double(weights[output * taps + tap])
        }
        return shape.clamped(sum)
      }
    }
    for set in Self.sets {
      var found = [Float](repeating: Self.guardValue, count: expected.count + 16)
      var scratch = [Float](repeating: .nan, count: synoptic_float_depthwise_scratch_count(&call))
      synoptic_float_depthwise(set, &call, input, weights, bias, &found, &scratch)
      expectClose(found, expected, within: 1e-5, "\(shape), instruction set \(set.rawValue)")
    }
  }

  static let poolingCases: [FloatWindowCase] = {
    var cases: [FloatWindowCase] = []
    let sizes: [(Int, Int)] = [(3, 3), (7, 16), (33, 50), (55, 111)]
    for (kernel, stride) in [(2, 1), (2, 2), (3, 1), (3, 2)] {
      for size in sizes {
        for pads in [(0, 0, 0, 0), (1, 1, 1, 1), (0, 0, 1, 1)] {
          cases.append(
            FloatWindowCase(channels: 1, outputs: 1, size: size, kernel: kernel, stride: stride, pads: pads))
        }
      }
    }
    return cases
  }()

  @Test("maxima", arguments: poolingCases)
  func maxima(shape: FloatWindowCase) {
    var call = shape.shape
    let input = shape.values(shape.size.height * shape.size.width, seed: 7)
    let expected: [Double] = shape.map { $0.compactMap(\.self).map { Double(input[$0]) }.max() ?? -.infinity }
    for set in Self.sets {
      var found = [Float](repeating: Self.guardValue, count: expected.count + 16)
      var row = [Float](repeating: .nan, count: shape.size.width)
      synoptic_float_max_pool(set, &call, input, &found, &row)
      expectClose(found, expected, within: 0, "\(shape), instruction set \(set.rawValue)")
    }
  }
}
