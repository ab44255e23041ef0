/// Memory that a member of a team needs for itself while it does its share of a step.
struct Workspace {
  /// For the kernels.
  let scratch: UnsafeMutableRawPointer
  /// Where it has what is never there as a whole (`ExpansionFusion`); nil where that lies in the arena.
  let expanded: UnsafeMutableRawPointer?
  private let memory: AlignedMemory?

  /// Of a thread that works alone, in memory that is there already.
  init(scratch: UnsafeMutableRawPointer) {
    self.scratch = scratch
    (expanded, memory) = (nil, nil)
  }

  init(scratchSize: Int, expandedSize: Int?) {
    let offset = (scratchSize + 63) / 64 * 64
    let memory = AlignedMemory(size: offset + (expandedSize ?? 0))
    scratch = memory.start
    expanded = expandedSize.map { _ in memory.start + offset }
    self.memory = memory
  }
}
