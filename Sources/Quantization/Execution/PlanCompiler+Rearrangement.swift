import CKernels

/// Bytes that change their place, ready to run: the offsets are constants of the plan, by number.
struct RearrangementStep: Sendable {
  var input: Int
  var output: Int
  var channels: Int
  var rows: Int
  var columns: Int
}

extension PlanCompiler {
  mutating func addRearrangement(_ rearrangement: Rearrangement) {
    let layout = memory.layouts[rearrangement.input]
    let channels = network.int32s(rearrangement.channels).map { channel in
      Int32(Int(channel) / 16 * layout.plane + Int(channel) % 16)
    }
    let rows = network.int32s(rearrangement.rows).map { Int32(Int($0) * layout.row) }
    let columns = network.int32s(rearrangement.columns).map { Int32(Int($0) * layout.pixel) }
    steps.append(
      .rearrange(
        RearrangementStep(
          input: rearrangement.input, output: rearrangement.output, channels: constants.append(channels),
          rows: constants.append(rows), columns: constants.append(columns))))
  }
}
