import Network

/// A named graph small enough to calibrate in a moment; between them they have every operation of the int8 engine.
struct SmallGraph: Sendable, CustomStringConvertible {
  let description: String
  let graph: Graph
  let images: [Tensor]

  init(
    _ description: String, channels: Int = 3, size: Int = 20, _ build: (inout GraphBuilder) -> String
  ) {
    var builder = GraphBuilder(channels: channels, size: size)
    let output = build(&builder)
    self.description = description
    graph = builder.graph(output: output)
    images = builder.images(24)
  }

  private static func classifier(_ builder: inout GraphBuilder, _ value: String, channels: Int) -> String {
    let pooled = builder.append(.globalAveragePool, [value])
    return builder.dense(builder.append(.flatten(axis: 1), [pooled]), from: channels, to: 10)
  }

  static let all: [SmallGraph] = [
    SmallGraph("plain convolutions and a maximum") { b in
      let a = b.convolution("input", from: 3, to: 24, kernel: 3)
      let pooled = b.append(.maxPool(Pooling(kernel: Int2(3, 3), strides: Int2(2, 2), pads: padOne)), [a])
      return classifier(&b, b.convolution(pooled, from: 24, to: 40, kernel: 3, stride: 2), channels: 40)
    },
    SmallGraph("inverted residuals with SAME padding at stride 2") { b in
      let same = Padding(top: 0, left: 0, bottom: 1, right: 1)
      let six = Activation.clip(min: 0, max: 6)
      let stem = b.convolution("input", from: 3, to: 16, kernel: 3, stride: 2, pads: same, activation: six)
      let wide = b.convolution(stem, from: 16, to: 72, kernel: 1, activation: six)
      let deep = b.convolution(wide, from: 72, to: 72, kernel: 5, groups: 72, activation: six)
      let narrow = b.convolution(deep, from: 72, to: 16, kernel: 1, activation: nil)
      return classifier(&b, b.append(.add(activation: nil), [narrow, stem]), channels: 16)
    },
    SmallGraph("a residual block with a projection") { b in
      let stem = b.convolution("input", from: 3, to: 32, kernel: 7, stride: 2)
      let path = b.convolution(stem, from: 32, to: 32, kernel: 3)
      let main = b.convolution(path, from: 32, to: 64, kernel: 1, activation: nil)
      let shortcut = b.convolution(stem, from: 32, to: 64, kernel: 1, activation: nil)
      return classifier(&b, b.append(.add(activation: .relu), [main, shortcut]), channels: 64)
    },
    SmallGraph("an addition that no convolution can do") { b in
      let a = b.convolution("input", from: 3, to: 16, kernel: 3)
      let pooled = b.append(.maxPool(Pooling(kernel: Int2(3, 3), pads: padOne)), [a])
      return classifier(&b, b.append(.add(activation: nil), [pooled, a]), channels: 16)
    },
    SmallGraph("a concatenation of whole blocks, read by a padded convolution") { b in
      let squeeze = b.convolution("input", from: 3, to: 16, kernel: 1)
      let left = b.convolution(squeeze, from: 16, to: 32, kernel: 1)
      let right = b.convolution(squeeze, from: 16, to: 48, kernel: 3)
      let joined = b.append(.concat(axis: 1), [left, right])
      return classifier(&b, b.convolution(joined, from: 80, to: 16, kernel: 3), channels: 16)
    },
    SmallGraph("a concatenation of odd channel counts") { b in
      let left = b.convolution("input", from: 3, to: 7, kernel: 1)
      let right = b.convolution("input", from: 3, to: 21, kernel: 3)
      let joined = b.append(.concat(axis: 1), [left, right, left])
      return classifier(&b, b.convolution(joined, from: 35, to: 16, kernel: 3), channels: 16)
    },
    SmallGraph("a dense layer over a flattened map, then another") { b in
      let a = b.convolution("input", from: 3, to: 20, kernel: 3, stride: 4)
      let flat = b.append(.flatten(axis: 1), [a])
      return b.dense(b.dense(flat, from: 500, to: 50, activation: .relu), from: 50, to: 10)
    },
    SmallGraph("dense layers of a megabyte, probabilities last") { b in
      let a = b.convolution("input", from: 3, to: 24, kernel: 3, stride: 2)
      let flat = b.append(.flatten(axis: 1), [a])
      let hidden = b.dense(flat, from: 2400, to: 480, activation: .relu)
      let bent = b.append(.activation(.sigmoid), [b.dense(hidden, from: 480, to: 40)])
      return b.append(.softmax(SoftmaxAxis(axis: 1)), [b.dense(bent, from: 40, to: 10)])
    },
    SmallGraph("groups, dilation, an average and a sigmoid") { b in
      let a = b.convolution("input", from: 3, to: 24, kernel: 3, dilation: 2)
      let grouped = b.convolution(a, from: 24, to: 36, kernel: 3, groups: 3, activation: nil)
      let bent = b.append(.activation(.sigmoid), [grouped])
      let mean = b.append(
        .averagePool(
          Pooling(kernel: Int2(3, 3), strides: Int2(2, 2), pads: padOne, countIncludesPadding: true)), [bent])
      return classifier(&b, mean, channels: 36)
    },
    SmallGraph("squeeze and excite, and an activation times its own sigmoid") { b in
      let a = b.convolution("input", from: 3, to: 24, kernel: 3, activation: nil)
      let bent = b.append(.multiply, [b.append(.activation(.sigmoid), [a]), a])
      let squeezed = b.convolution(
        b.append(.globalAveragePool, [bent]), from: 24, to: 8, kernel: 1, activation: .relu)
      let excited = b.convolution(squeezed, from: 8, to: 24, kernel: 1, activation: nil)
      let gate = b.append(.activation(.hardSigmoid(alpha: 0.2, beta: 0.5)), [excited])
      return classifier(&b, b.append(.multiply, [bent, gate]), channels: 24)
    },
    SmallGraph("a channel shuffle") { b in
      let a = b.convolution("input", from: 3, to: 24, kernel: 3)
      let split = b.append(.reshape(allowsZero: false), [a, b.integers([-1, 3, 8, 20, 20])])
      let turned = b.append(.transpose(permutation: [0, 2, 1, 3, 4]), [split])
      let joined = b.append(.reshape(allowsZero: false), [turned, b.integers([-1, 24, 20, 20])])
      return classifier(&b, b.convolution(joined, from: 24, to: 16, kernel: 3, groups: 2), channels: 16)
    },
    SmallGraph("halves of the channels, one through a convolution, every other row, and both together") { b in
      let halves = b.split(b.convolution("input", from: 3, to: 40, kernel: 3), into: 2)
      let path = b.convolution(halves[1], from: 20, to: 20, kernel: 3)
      let joined = b.append(.concat(axis: 1), [halves[0], path])
      let sliced = b.append(
        .slice, [joined, b.integers([0]), b.integers([20]), b.integers([2]), b.integers([2])])
      return classifier(&b, b.convolution(sliced, from: 40, to: 16, kernel: 3), channels: 16)
    },
    SmallGraph("a Gelu by its error function, and a hard swish by its constants") { b in
      let a = b.convolution("input", from: 3, to: 24, kernel: 3, activation: nil)
      let scaled = b.append(.divide, [a, b.scalar(Float(2).squareRoot())])
      let error = b.append(.general(GeneralOperator("Erf")), [scaled])
      let factor = b.append(.add(activation: nil), [error, b.scalar(1)])
      let half = b.append(.multiply, [b.append(.multiply, [a, factor]), b.scalar(0.5)])
      let c = b.convolution(half, from: 24, to: 20, kernel: 3, activation: nil)
      let moved = b.append(
        .activation(.clip(min: 0, max: 6)), [b.append(.add(activation: nil), [c, b.scalar(3)])])
      return classifier(
        &b, b.append(.divide, [b.append(.multiply, [c, moved]), b.scalar(6)]), channels: 20)
    },
    SmallGraph("a product of two maps") { b in
      let left = b.convolution("input", from: 3, to: 20, kernel: 3, activation: nil)
      let right = b.convolution("input", from: 3, to: 20, kernel: 1, activation: nil)
      return classifier(
        &b, b.convolution(b.append(.multiply, [left, right]), from: 20, to: 16, kernel: 3), channels: 16)
    },
    SmallGraph("five input channels, a depthwise convolution first, probabilities last", channels: 5) { b in
      let a = b.convolution("input", from: 5, to: 5, kernel: 3, groups: 5)
      let scores = classifier(&b, b.convolution(a, from: 5, to: 20, kernel: 3), channels: 20)
      return b.append(.softmax(SoftmaxAxis(axis: 1)), [scores])
    },
  ]

  private static let padOne = Padding(top: 1, left: 1, bottom: 1, right: 1)
}
