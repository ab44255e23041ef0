import CKernels
import Testing

/// A dense convolution over a small map of whole numbers, so that every order of its sums gives the same float.
struct FloatProductCase: Sendable, CustomStringConvertible {
  var channels: Int
  var outputs: Int
  var size: (height: Int, width: Int)
  var kernel = (height: 1, width: 1)
  var strides = (height: 1, width: 1)
  var dilations = (height: 1, width: 1)
  var pads = (top: 0, left: 0, bottom: 0, right: 0)
  var groups = 1

  var description: String {
    "\(channels)->\(outputs) in \(groups) of \(size), \(kernel) by \(strides), dilated \(dilations), pads \(pads)"
  }

  var output: (height: Int, width: Int) {
    (
      (size.height + pads.top + pads.bottom - (kernel.height - 1) * dilations.height - 1) / strides.height
        + 1,
      (size.width + pads.left + pads.right - (kernel.width - 1) * dilations.width - 1) / strides.width + 1
    )
  }

  var depth: Int { channels / groups * kernel.height * kernel.width }
  var area: Int { output.height * output.width }

  var shape: synoptic_float_convolution {
    var shape = synoptic_float_convolution()
    (shape.channels, shape.output_channels, shape.groups) = (channels, outputs, groups)
    (shape.height, shape.width) = size
    (shape.output_height, shape.output_width) = output
    (shape.kernel_height, shape.kernel_width) = kernel
    (shape.stride_height, shape.stride_width) = strides
    (shape.dilation_height, shape.dilation_width) = dilations
    (shape.pad_top, shape.pad_left) = (pads.top, pads.left)
    (shape.lower, shape.upper) = (-300, 500)
    return shape
  }

  func values(_ count: Int, seed: Int) -> [Float] {
    var random = RandomBytes(seed: seed)
    return (0..<count).map { _ in Float(Int.random(in: -8...8, using: &random)) }
  }

  /// The sum of one output channel at one pixel, by the definition.
  func sum(_ input: [Float], _ weights: [Float], channel: Int, y: Int, x: Int) -> Float {
    var sum: Float = 0
    let first = channel / (outputs / groups) * (channels / groups)
    for index in 0..<depth {
      let (tap, plane) = (
        index % (kernel.height * kernel.width), first + index / (kernel.height * kernel.width)
      )
      let row = y * strides.height + tap / kernel.width * dilations.height - pads.top
      let column = x * strides.width + tap % kernel.width * dilations.width - pads.left
      guard (0..<size.height).contains(row), (0..<size.width).contains(column) else { continue }
      sum += input[(plane * size.height + row) * size.width + column] * weights[channel * depth + index]
    }
    return sum
  }
}

@Suite("Dense float convolutions give what their definition gives, to the bit where sums are whole numbers")
struct FloatProductTests {
  static let cases: [FloatProductCase] = [
    // Maps whose pixels are a multiple of the vector's, one more, a few more, and less.
    .init(channels: 5, outputs: 16, size: (8, 12)),
    .init(channels: 37, outputs: 67, size: (7, 7)),
    .init(channels: 20, outputs: 24, size: (14, 14)),
    .init(channels: 9, outputs: 17, size: (13, 13)),
    .init(channels: 3, outputs: 40, size: (1, 2)),
    // So deep, so many rows and columns that every loop over blocks turns twice.
    .init(channels: 600, outputs: 9, size: (7, 7)),
    .init(channels: 300, outputs: 1100, size: (3, 17)),
    .init(channels: 40, outputs: 70, size: (46, 46), kernel: (3, 3), pads: (1, 1, 1, 1)),
    // Windows: the pixels of a vector in one line and in many, borders on every side, strides that have a way of their
    // own and one that has not.
    .init(channels: 33, outputs: 18, size: (7, 7), kernel: (3, 3), pads: (1, 1, 1, 1)),
    .init(channels: 4, outputs: 8, size: (9, 3), kernel: (3, 3), pads: (1, 1, 1, 1)),
    .init(channels: 3, outputs: 32, size: (33, 31), kernel: (7, 7), strides: (2, 2), pads: (3, 3, 3, 3)),
    .init(channels: 3, outputs: 9, size: (35, 35), kernel: (11, 11), strides: (4, 4), pads: (2, 2, 2, 2)),
    .init(channels: 8, outputs: 16, size: (15, 29), strides: (2, 2)),
    .init(channels: 6, outputs: 10, size: (12, 20), kernel: (3, 2), strides: (1, 3), pads: (0, 1, 2, 0)),
    .init(channels: 6, outputs: 10, size: (19, 18), kernel: (3, 3), dilations: (2, 3), pads: (2, 3, 2, 3)),
    .init(channels: 6, outputs: 10, size: (5, 18), kernel: (5, 5), strides: (2, 2), pads: (5, 5, 5, 5)),
    .init(
      channels: 12, outputs: 27, size: (10, 11), kernel: (3, 3), strides: (2, 1), pads: (1, 0, 0, 2),
      groups: 3),
  ]

  private static let guardValue: Float = 12345

  @Test("with bias, with an addend, with neither; nothing past the end", arguments: cases)
  func convolution(of shape: FloatProductCase) {
    var call = shape.shape
    let input = shape.values(shape.channels * shape.size.height * shape.size.width, seed: 1)
    let weights = shape.values(shape.outputs * shape.depth, seed: 2)
    let bias = shape.values(shape.outputs, seed: 3)
    let addend = shape.values(shape.outputs * shape.area, seed: 4)
    let sums: [Float] = (0..<shape.outputs * shape.area).map { place in
      let pixel = place % shape.area
      return shape.sum(
        input, weights, channel: place / shape.area, y: pixel / shape.output.width,
        x: pixel % shape.output.width)
    }
    for set in FloatWindowTests.sets {
      let rows = shape.outputs / shape.groups
      let each = synoptic_float_packed_count(set, rows, shape.depth)
      var packed = [Float](repeating: .nan, count: each * shape.groups)
      packed.withUnsafeMutableBufferPointer { packed in
        weights.withUnsafeBufferPointer { weights in
          for group in 0..<shape.groups {
            synoptic_float_pack(
              set, weights.baseAddress! + group * rows * shape.depth, rows, shape.depth, shape.depth, 1,
              packed.baseAddress! + group * each)
          }
        }
      }
      var scratch = [Float](repeating: .nan, count: synoptic_float_scratch_count(set))
      for (bias, addend) in [(nil, nil), (bias, nil), (nil, addend), (bias, addend)] as [([Float]?, [Float]?)]
      {
        var found = [Float](repeating: Self.guardValue, count: sums.count + 16)
        synoptic_float_convolve(set, &call, input, packed, bias, addend, &found, &scratch)
        let wrong = sums.indices.first { place in
          let sum = sums[place] + (bias?[place / shape.area] ?? 0) + (addend?[place] ?? 0)
          return found[place] != min(max(sum, -300), 500)
        }
        #expect(
          wrong == nil,
          "\(shape), instruction set \(set.rawValue), bias \(bias != nil), addend \(addend != nil)")
        #expect(found[sums.count...].allSatisfy { $0 == Self.guardValue }, "\(shape): it writes past its end")
      }
    }
  }
}
