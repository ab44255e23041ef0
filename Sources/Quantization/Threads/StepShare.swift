import CKernels

/// Along what a step is cut into a share for each of a team's members.
enum StepCut: Sendable, Hashable {
  /// Not at all: the first member does it.
  case none
  /// Every member does all of it, for itself.
  case repeated
  case rows
  /// Of maps that lie in one row.
  case columns
  /// Blocks of 16 channels.
  case blocks
}

/// One member's share of a step.
struct StepShare: Sendable {
  let cut: StepCut
  let index: Int
  let count: Int

  /// The whole step.
  static let whole = StepShare(cut: .none, index: 0, count: 1)

  /// Whether there is nothing to do, however large the step is.
  var isEmpty: Bool { cut == .none && index > 0 }

  /// What falls to this member of `total` things along `cut`; all of them along anything else.
  ///
  /// - Parameter unit: how many must stay together.
  func range(of total: Int, along cut: StepCut, unit: Int = 1) -> Range<Int> {
    guard cut == self.cut else { return 0..<total }
    let units = (total + unit - 1) / unit
    return min(total, units * index / count * unit)..<min(total, units * (index + 1) / count * unit)
  }
}

/// A kernel call that can be made for a part of its output.
protocol SharedCall {
  /// Leaves only a member's share to do.
  ///
  /// - Returns: false where nothing is left.
  mutating func narrow(to share: StepShare) -> Bool
}

extension synoptic_int8_convolution: SharedCall {
  mutating func narrow(to share: StepShare) -> Bool {
    let blocksHere = share.range(of: Int(blocks), along: .blocks)
    let rowsHere = share.range(of: Int(rows), along: .rows)
    let columnsHere = share.range(of: Int(columns), along: .columns)
    guard !blocksHere.isEmpty, !rowsHere.isEmpty, !columnsHere.isEmpty else { return false }
    advance(blocks: blocksHere.lowerBound)
    requantization.advance(rows: rowsHere.lowerBound, columns: columnsHere.lowerBound)
    input += rowsHere.lowerBound * row_step + columnsHere.lowerBound * pixel_step
    let elements =
      blocksHere.lowerBound * output_plane + rowsHere.lowerBound * output_row + columnsHere.lowerBound * 16
    output = output.map { $0 + elements }
    float_output = float_output.map { $0 + elements }
    last_block_is_half = last_block_is_half && blocksHere.upperBound == Int(blocks)
    (blocks, rows) = (UInt32(blocksHere.count), UInt32(rowsHere.count))
    columns = UInt32(columnsHere.count)
    return true
  }
}

extension synoptic_int8_winograd: SharedCall {
  /// Outputs in a tile's column.
  static let tileRows = 4
  /// Blocks whose weights lie together.
  static let groupBlocks = 4

  mutating func narrow(to share: StepShare) -> Bool {
    let blocksHere = share.range(of: Int(blocks), along: .blocks, unit: Self.groupBlocks)
    let rowsHere = share.range(of: Int(rows), along: .rows, unit: Self.tileRows)
    guard !blocksHere.isEmpty, !rowsHere.isEmpty else { return false }
    let filters = Int(input_blocks) * 16 * blocksHere.lowerBound * 16
    weights += filters * (transformed ? 36 * MemoryLayout<Int16>.size : 9)
    requantization.advance(blocks: blocksHere.lowerBound)
    requantization.advance(rows: rowsHere.lowerBound)
    input += rowsHere.lowerBound * input_row
    output += blocksHere.lowerBound * output_plane + rowsHere.lowerBound * output_row
    (blocks, rows) = (UInt32(blocksHere.count), UInt32(rowsHere.count))
    return true
  }
}

extension synoptic_int8_depthwise: SharedCall {
  mutating func narrow(to share: StepShare) -> Bool {
    let blocksHere = share.range(of: Int(blocks), along: .blocks)
    let rowsHere = share.range(of: Int(rows), along: .rows)
    guard !blocksHere.isEmpty, !rowsHere.isEmpty else { return false }
    advance(blocks: blocksHere.lowerBound)
    requantization.advance(rows: rowsHere.lowerBound)
    input += blocksHere.lowerBound * input_plane + rowsHere.lowerBound * Int(stride_height) * input_row
    output += rowsHere.lowerBound * output_row
    (blocks, rows) = (UInt32(blocksHere.count), UInt32(rowsHere.count))
    return true
  }
}

extension synoptic_int8_pooling: SharedCall {
  mutating func narrow(to share: StepShare) -> Bool {
    let blocksHere = share.range(of: Int(blocks), along: .blocks)
    guard !blocksHere.isEmpty else { return false }
    input += blocksHere.lowerBound * input_plane
    output += blocksHere.lowerBound * output_plane
    blocks = UInt32(blocksHere.count)
    return true
  }
}

extension synoptic_int8_requantization {
  mutating func advance(blocks count: Int) {
    bias += count * 16
    scale += count * 16
    residual = residual.map { $0 + count * residual_plane }
  }

  fileprivate mutating func advance(rows: Int, columns: Int = 0) {
    residual = residual.map { $0 + rows * residual_row + columns * 16 }
  }
}
