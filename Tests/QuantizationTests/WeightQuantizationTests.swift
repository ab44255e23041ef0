import Testing

@testable import Quantization

@Suite("Weights in int8")
struct WeightQuantizationTests {
  @Test("have a scale for each output channel, so that a small channel keeps its digits")
  func scaleForEachChannel() {
    let weights = QuantizedWeights([100, -50, 0.01, 0.005], perChannel: 2, bias: [], inputScale: 1)
    #expect(abs(Float(weights.values[2]) * weights.scales[1] - 0.01) < 0.0002)
    #expect(abs(Float(weights.values[0]) * weights.scales[0] - 100) < 1)
  }

  @Test("keep the bias in units of input scale times weight scale")
  func bias() {
    let weights = QuantizedWeights([1, -1], perChannel: 2, bias: [3.5], inputScale: 0.25)
    #expect(abs(Float(weights.bias[0]) * 0.25 * weights.scales[0] - 3.5) < 0.01)
  }

  @Test("of a channel that is all zero still carry its bias")
  func zeroChannel() {
    let weights = QuantizedWeights([0, 0], perChannel: 2, bias: [-2], inputScale: 0.5)
    #expect(weights.values == [0, 0])
    #expect(abs(Float(weights.bias[0]) * 0.5 * weights.scales[0] + 2) < 0.5)
  }

  @Test("never overflow, whatever the numbers", arguments: [Float.nan, .infinity, 1e38, 1e-38])
  func hostileNumbers(value: Float) {
    let weights = QuantizedWeights([value, 1, -value], perChannel: 3, bias: [value], inputScale: 1e-6)
    #expect(weights.values.count == 3)
  }

  @Test("are packed so that every weight is found where the kernel reads it")
  func packing() {
    let outputs = 20
    let inputs = 19
    let taps = 3
    let weights = (0..<outputs * inputs * taps).map { Int8(truncatingIfNeeded: $0 % 251 - 125) }
    let shape = DenseWeightShape(outputs: outputs, inputs: inputs, taps: taps)
    let packing = WeightPacking.dense(shape, block: 16)
    #expect(packing.byteCount == 2 * 2 * taps * 256)
    var packed = [Int8](repeating: 0, count: packing.byteCount)
    packed.withUnsafeMutableBytes { target in
      weights.withUnsafeBufferPointer { packing.fill($0.baseAddress!, target.baseAddress!) }
    }
    var found = 0
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<taps {
          // [output block][input block][tap][quad][16 outputs][4 inputs], as int8_kernels.h says.
          var index = (output / 16 * 2 + input / 16) * taps + tap
          index = ((index * 4 + input % 16 / 4) * 16 + output % 16) * 4 + input % 4
          if packed[index] == weights[(output * inputs + input) * taps + tap] { found += 1 }
        }
      }
    }
    #expect(found == weights.count)
    #expect(packed.map { Int($0) }.reduce(0, +) == weights.map { Int($0) }.reduce(0, +))
  }
}
