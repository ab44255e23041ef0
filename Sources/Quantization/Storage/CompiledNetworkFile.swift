import Foundation

extension CompiledPlan {
  /// Writes the network and, beside it, its weights as this plan's kernels read them: a start from this file maps them
  /// and packs nothing. A machine with other kernels packs the network's own weights, as ever.
  ///
  /// - Parameter sink: takes the bytes, in their order.
  public func serialize(to sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    var section: [UInt8] = []
    var pieces: [PackedSection.Piece] = []
    section.reserveCapacity(weights.reduce(0) { $0 + $1.byteCount + QuantizedNetwork.alignment })
    for piece in weights {
      let padding = (QuantizedNetwork.alignment - section.count % QuantizedNetwork.alignment)
      section.append(contentsOf: repeatElement(0, count: padding % QuantizedNetwork.alignment))
      pieces.append(
        PackedSection.Piece(
          output: piece.output, kind: piece.kind,
          span: DataSpan(offset: section.count, count: piece.byteCount)))
      section.append(
        contentsOf: UnsafeRawBufferPointer(start: constants[piece.constant], count: piece.byteCount))
    }
    try network.serialize(
      packed: PackedSection(
        directory: PackedSection.Directory(instructionSet: instructionSet.rawValue, pieces: pieces),
        bytes: NetworkBytes(section)), to: sink)
  }
}
