import CKernels

extension StepRunner {
  /// Steps that take each pixel or channel by itself.
  func runElementwise(_ step: PlanStep, _ share: StepShare) {
    switch step {
    case .globalAverage(let input, let output):
      averageGlobally(input, output, share)
    case .add(let left, let right, let output, let scales, let addend, let origin, let bounds):
      let extent = MapExtent(part.memory.layouts[output], share)
      synoptic_int8_add(
        region(left, from: extent), scales.left, region(right, from: extent), scales.right, addend, origin,
        bounds.lower, bounds.upper, region(output, from: extent), extent.blockCount, extent.rowCount,
        extent.columnCount)
    case .multiply(let left, let right, let output, let scale):
      multiply(left, right, output, scale: scale, share)
    case .lookup(let input, let output, let table):
      let extent = MapExtent(part.memory.layouts[output], share)
      synoptic_int8_lookup(
        region(input, from: extent), constant(table, as: UInt8.self), region(output, from: extent),
        extent.blockCount, extent.rowCount, extent.columnCount)
    case .rearrange(let step):
      let layout = part.memory.layouts[step.output]
      let extent = MapExtent(layout, share)
      synoptic_int8_rearrange(
        region(step.input), constant(step.channels, as: Int32.self), UInt32(layout.shape.channels),
        constant(step.rows, as: Int32.self) + extent.rows.lowerBound, constant(step.columns, as: Int32.self),
        region(step.output, from: extent), extent.rowCount, extent.columnCount)
    case .copyChannels(let input, let output, let firstChannel):
      let layout = part.memory.layouts[input]
      let extent = MapExtent(layout, share)
      synoptic_int8_copy_channels(
        region(input, from: extent), UInt32(layout.shape.channels), region(output, from: extent),
        UInt32(firstChannel), extent.rowCount, extent.columnCount)
    case .fillBorder(let value):
      fillBorder(value, share)
    case .quantize(let input, let output):
      quantize(input, output, share)
    case .clamp(let value, let lower, let upper):
      let layout = part.memory.layouts[value]
      let blocks = share.range(of: layout.blocks, along: .blocks)
      let target = floats(value)
      for index in blocks.lowerBound * layout.plane / 4..<blocks.upperBound * layout.plane / 4 {
        target[index] = min(max(target[index], lower), upper)
      }
    case .convolution, .winograd, .depthwise, .expandedDepthwise, .pooling, .softmax, .floatIsland:
      break
    }
  }

  private func averageGlobally(_ input: Int, _ output: Int, _ share: StepShare) {
    let layout = part.memory.layouts[input]
    let extent = MapExtent(layout, share)
    guard let quantization = part.values[input].quantization else { return }
    synoptic_int8_pool_global(
      region(input, from: extent).pixels, layout.plane, layout.row, extent.rowCount, extent.columnCount,
      extent.blockCount, quantization.scale, Float(quantization.zeroPoint),
      floats(output) + extent.blocks.lowerBound * layout.block)
  }

  private func multiply(_ left: Int, _ right: Int, _ output: Int, scale: Float, _ share: StepShare) {
    let layout = part.memory.layouts[output]
    let extent = MapExtent(layout, share)
    let zeroPoints = [left, right, output].map { part.values[$0].quantization?.zeroPoint ?? 0 }
    let isVector = part.memory.layouts[right].shape != layout.shape
    // A vector's one pixel meets all rows.
    let rightExtent = isVector ? MapExtent(blocks: extent.blocks, rows: 0..<1, columnCount: 1) : extent
    synoptic_int8_multiply(
      region(left, from: extent), zeroPoints[0], region(right, from: rightExtent), zeroPoints[1], isVector,
      scale, Float(zeroPoints[2]), region(output, from: extent), extent.blockCount, extent.rowCount,
      extent.columnCount)
  }

  private func fillBorder(_ value: Int, _ share: StepShare) {
    let layout = part.memory.layouts[value]
    guard let quantization = part.values[value].quantization else { return }
    let blocks = share.range(of: layout.blocksInMemory, along: .blocks)
    let shift = share.cut == .repeated ? shift(ofExpanded: value, share.index) : 0
    synoptic_int8_fill_border(
      bytes(part.memory.start(of: value) + shift) + blocks.lowerBound * layout.plane, layout.plane,
      UInt32(blocks.count), UInt32(layout.pixel), UInt32(layout.top), UInt32(layout.bottom),
      UInt32(layout.left), UInt32(layout.right), UInt32(layout.shape.height), UInt32(layout.shape.width),
      UInt8(quantization.zeroPoint))
    if let seam = layout.seam { fill(seam, of: value, layout, UInt8(quantization.zeroPoint)) }
  }

  /// A seam is the border of what lies behind it.
  private func fill(_ seam: MapSeam, of value: Int, _ layout: ValueLayout, _ zeroPoint: UInt8) {
    let start = bytes(part.memory.start(of: value))
    let (rows, columns) = (UInt32(layout.plane / layout.row), UInt32(layout.row / layout.pixel))
    let blocks = UInt32(layout.blocks)
    synoptic_int8_fill_border(
      start + (layout.top + seam.row) * layout.row, layout.plane, blocks, UInt32(layout.pixel), 1, 0, 0, 0, 0,
      columns, zeroPoint)
    synoptic_int8_fill_border(
      start + (layout.left + seam.column) * layout.pixel, layout.plane, blocks, UInt32(layout.pixel), 0, 0, 1,
      0,
      rows, columns - 1, zeroPoint)
  }

  private func quantize(_ input: Int, _ output: Int, _ share: StepShare) {
    let layout = part.memory.layouts[output]
    let shape = layout.shape
    guard let quantization = part.values[output].quantization else { return }
    let extent = MapExtent(layout, share)
    let first = extent.blocks.lowerBound * layout.block
    let end = min(shape.channels, extent.blocks.upperBound * layout.block)
    guard first < end else { return }
    // A vector in blocks of 16 is in plain order as well.
    synoptic_int8_quantize(
      floats(input) + first * shape.height * shape.width, shape.height * shape.width, UInt32(end - first),
      UInt32(layout.block),
      quantization.scale, quantization.zeroPoint, region(output, from: extent).pixels, layout.plane,
      layout.row, UInt32(shape.height), UInt32(shape.width))
  }

  private func region(_ value: Int, from extent: MapExtent) -> synoptic_int8_region {
    var region = region(value)
    region.pixels += extent.blocks.lowerBound * region.plane + extent.rows.lowerBound * region.row
    return region
  }
}

/// The blocks and rows of a map that a member of a team works on.
private struct MapExtent {
  var blocks: Range<Int>
  var rows: Range<Int>
  var columnCount: UInt32

  var blockCount: UInt32 { UInt32(blocks.count) }
  var rowCount: UInt32 { UInt32(rows.count) }
}

extension MapExtent {
  init(_ layout: ValueLayout, _ share: StepShare) {
    blocks = share.range(of: layout.blocks, along: .blocks)
    rows = share.range(of: layout.shape.height, along: .rows)
    columnCount = UInt32(layout.shape.width)
  }
}
