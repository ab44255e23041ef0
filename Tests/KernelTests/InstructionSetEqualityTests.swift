import CKernels
import Testing

/// Every instruction set must give the bytes that the scalar reference gives.
@Suite("Int8 kernels of all instruction sets are bit-equal")
struct InstructionSetEqualityTests {
  static let vectorSets = [SYNOPTIC_AVX2, SYNOPTIC_AVXVNNI, SYNOPTIC_AVX512VNNI, SYNOPTIC_AMX].filter {
    synoptic_has_instruction_set($0)
  }

  static let channelCounts = [1, 7, 8, 15, 16, 17, 31, 32, 48, 49, 64, 80, 100]
  static let widths = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 14, 17, 25, 28]

  /// Each case with every way from sums to bytes.
  private static func everyWay(_ cases: [ConvolutionCase]) -> [ConvolutionCase] {
    ConvolutionCase.Epilogue.allCases.flatMap { epilogue in
      cases.filter { epilogue != .roundedProduct || !$0.hasResidual }.map { shape in
        var shape = shape
        shape.epilogue = epilogue
        return shape
      }
    }
  }

  static let dense: [ConvolutionCase] = everyWay(
    channelCounts.map { ConvolutionCase(inputChannels: 24, outputChannels: $0) }
      + channelCounts.map { ConvolutionCase(inputChannels: $0, outputChannels: 48, hasResidual: true) }
      + widths.flatMap { width in
        [16, 24, 32, 40, 48].map { ConvolutionCase(inputChannels: 20, outputChannels: $0, size: (2, width)) }
      }
      + [1, 2, 3].flatMap { stride in
        [(1, 1), (3, 3), (5, 5), (7, 7), (1, 3), (4, 2)].flatMap { kernel in
          [1, 2].map { dilation in
            ConvolutionCase(
              inputChannels: 33, outputChannels: 40, kernel: kernel, stride: stride, dilation: dilation,
              hasResidual: stride == 1)
          }
        }
      }
      + [1, 3, 4].flatMap { channels in
        [1, 2, 4].map {
          ConvolutionCase(
            inputChannels: channels, outputChannels: 32, kernel: (3, 3), stride: $0, size: (4, 15), block: 4)
        }
      }
      + [ConvolutionCase(inputChannels: 200, outputChannels: 100, size: (1, 1), writesFloats: true)])

  /// Shapes that tiles of 16 pixels and 64 bytes are cut from in other ways.
  static let tiled: [ConvolutionCase] = everyWay(
    // Taps that lie side by side.
    (widths + [15, 16, 30, 33]).flatMap { width in
      [(3, 3), (2, 4)].map { kernel in
        ConvolutionCase(
          inputChannels: 20, outputChannels: 40, kernel: kernel, size: (3, width), hasResidual: true)
      }
    }
      + [1, 2, 4].flatMap { stride in
        [9, 16, 37].map { width in
          ConvolutionCase(
            inputChannels: 3, outputChannels: 40, kernel: (7, 7), stride: stride, size: (4, width), block: 4)
        }
      }
      + [1, 2, 4].flatMap { stride in
        [(7, 7), (5, 5), (3, 11)].flatMap { kernel in
          [7, 16, 37].map { width in
            ConvolutionCase(
              inputChannels: 3, outputChannels: 40, kernel: kernel, stride: stride, size: (4, width), block: 3
            )
          }
        }
      }
      // Windows whose blocks lie together, which lines of pixels are gathered for.
      + [64, 80, 96, 128].flatMap { channels in
        [(3, 3), (5, 5), (7, 1), (1, 7), (2, 2)].flatMap { kernel in
          [1, 2, 3].map { stride in
            ConvolutionCase(
              inputChannels: channels, outputChannels: 40, kernel: kernel, stride: stride, size: (4, 13),
              hasResidual: stride == 1)
          }
        }
      }
      + [1, 2, 3, 7, 16, 17, 30].map {
        ConvolutionCase(inputChannels: 64, outputChannels: 70, kernel: (3, 3), size: (9, $0))
      }
      + [
        ConvolutionCase(inputChannels: 128, outputChannels: 48, kernel: (3, 3), stride: 2, size: (41, 30)),
        ConvolutionCase(inputChannels: 96, outputChannels: 16, kernel: (3, 3), size: (40, 61)),
      ]
      // More activations than the first cache holds, and more weights than the second.
      + [
        ConvolutionCase(inputChannels: 1100, outputChannels: 70, size: (6, 13)),
        ConvolutionCase(
          inputChannels: 300, outputChannels: 500, kernel: (3, 3), size: (9, 11), hasResidual: true),
      ])

  @Test("dense convolutions", arguments: vectorSets, dense + tiled)
  func denseConvolution(set: synoptic_instruction_set, shape: ConvolutionCase) {
    #expect(shape.dense(set) == shape.dense(SYNOPTIC_SCALAR))
  }

  static let depthwise: [ConvolutionCase] = everyWay(
    widths.map { ConvolutionCase(outputChannels: 16, kernel: (3, 3), size: (3, $0)) }
      + [1, 2, 3].flatMap { stride in
        [(1, 1), (3, 3), (5, 5), (7, 7), (3, 5), (9, 2)].flatMap { kernel in
          [1, 2].map { dilation in
            ConvolutionCase(
              outputChannels: 40, kernel: kernel, stride: stride, dilation: dilation, size: (5, 6),
              hasResidual: dilation == 1)
          }
        }
      }
      + [1, 2].map { ConvolutionCase(outputChannels: 32, kernel: (5, 5), stride: $0, size: (1, 1)) })

  @Test("depthwise convolutions", arguments: vectorSets, depthwise)
  func depthwiseConvolution(set: synoptic_instruction_set, shape: ConvolutionCase) {
    #expect(shape.depthwise(set) == shape.depthwise(SYNOPTIC_SCALAR))
  }

  @Test(
    "depthwise convolutions without VBMI", .enabled(if: synoptic_has_instruction_set(SYNOPTIC_AVX512VNNI)),
    arguments: depthwise)
  func depthwiseWithoutVBMI(shape: ConvolutionCase) {
    #expect(shape.depthwise(SYNOPTIC_AVX512VNNI, withoutVBMI: true) == shape.depthwise(SYNOPTIC_SCALAR))
  }

  @Test("the cases are not trivial: results differ from pixel to pixel and reach both clamps")
  func casesAreNotTrivial() {
    let bytes = ConvolutionCase(inputChannels: 33, outputChannels: 40, kernel: (3, 3)).dense(SYNOPTIC_SCALAR)
      .bytes
    #expect(Set(bytes).count > 100)
    #expect(bytes.contains(9) && bytes.contains(241))
  }
}
