/// Where a window of a convolution or pooling lies along both directions of one map.
struct WindowGeometry {
  var input: Int2
  var output: Int2
  var pads: Padding

  /// - Throws: `NetworkError.invalidNode` if the window is larger than the padded map, or sizes overflow.
  init(
    input: Int2, kernel: Int2, strides: Int2, dilations: Int2, pads: Padding, automatic: AutomaticPadding?,
    ceilMode: Bool = false, node: String
  ) throws(NetworkError) {
    let (top, bottom, height) = try Self.direction(
      input.height, kernel.height, strides.height, dilations.height, pads.top, pads.bottom, automatic,
      ceilMode, node)
    let (left, right, width) = try Self.direction(
      input.width, kernel.width, strides.width, dilations.width, pads.left, pads.right, automatic,
      ceilMode, node)
    // Kernels keep a padded copy of a plane.
    let (area, overflow) = (input.height + top + bottom).multipliedReportingOverflow(
      by: input.width + left + right)
    guard !overflow, area < ShapeLimit.elements else {
      throw .invalidNode(node: node, reason: "its padded map is too large")
    }
    self.input = input
    self.output = Int2(height, width)
    self.pads = Padding(top: top, left: left, bottom: bottom, right: right)
  }

  static func direction(
    _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int,
    _ automatic: AutomaticPadding?, _ ceilMode: Bool, _ node: String
  ) throws(NetworkError) -> (before: Int, after: Int, output: Int) {
    let limit = 1 << 24
    guard input > 0, input <= limit, kernel > 0, stride > 0, dilation > 0, before >= 0, after >= 0,
      kernel <= limit, stride <= limit, dilation <= limit, before <= limit, after <= limit
    else {
      throw .invalidNode(node: node, reason: "its window does not make sense for a map of size \(input)")
    }
    let extent = dilation * (kernel - 1) + 1
    if let automatic {
      let output = (input + stride - 1) / stride
      let total = max((output - 1) * stride + extent - input, 0)
      let less = total / 2
      return automatic == .sameUpper ? (less, total - less, output) : (total - less, less, output)
    }
    let span = input + before + after - extent
    guard span >= 0 else {
      throw .invalidNode(
        node: node,
        reason: "its window of \(extent) is larger than the padded map of \(input + before + after)")
    }
    var output = (ceilMode ? span + stride - 1 : span) / stride + 1
    // A window that would begin in the padding after the map is left out.
    if ceilMode, (output - 1) * stride >= input + before { output -= 1 }
    return (before, after, output)
  }
}

extension WindowGeometry {
  init(_ convolution: Convolution, input: [Int], node: String) throws(NetworkError) {
    try self.init(
      input: Int2(input[2], input[3]), kernel: convolution.kernel, strides: convolution.strides,
      dilations: convolution.dilations, pads: convolution.pads, automatic: convolution.automaticPadding,
      node: node)
  }

  init(_ pooling: Pooling, input: [Int], node: String) throws(NetworkError) {
    try self.init(
      input: Int2(input[2], input[3]), kernel: pooling.kernel, strides: pooling.strides,
      dilations: pooling.dilations, pads: pooling.pads, automatic: pooling.automaticPadding,
      ceilMode: pooling.ceilMode, node: node)
  }
}
