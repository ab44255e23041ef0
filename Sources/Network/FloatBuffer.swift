import Synchronization

/// Uninitialized float32 memory for one value of a run, given back to its pool when the last tensor is gone.
///
/// `@unchecked Sendable`: the executor writes it before a tensor refers to it; from then on it is only read.
final class FloatBuffer: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
  private let block: FloatBufferPool.Block
  private let pool: FloatBufferPool

  fileprivate init(block: FloatBufferPool.Block, pool: FloatBufferPool) {
    self.block = block
    self.pool = pool
    start = block.memory.assumingMemoryBound(to: Float.self)
  }

  deinit { pool.giveBack(block) }
}

/// Memory kept between layers and runs, so that every layer does not fault in fresh pages.
final class FloatBufferPool: Sendable {
  /// `@unchecked Sendable`: an address that has one holder at a time, the pool or a buffer.
  fileprivate struct Block: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer
    let bytes: Int
  }

  private let free = Mutex<[Block]>([])

  /// Room for `count` floats, with a cache line to spare so that vector loads may pass the end.
  func buffer(_ count: Int) -> FloatBuffer {
    let bytes = (max(count, 1) * 4 + 64 + 4095) / 4096 * 4096
    let reused = free.withLock { blocks -> Block? in
      // The smallest that fits, unless more than half of it would lie idle.
      var best: Int?
      for index in blocks.indices where blocks[index].bytes >= bytes && blocks[index].bytes <= 2 * bytes {
        if best.map({ blocks[index].bytes < blocks[$0].bytes }) ?? true { best = index }
      }
      return best.map { blocks.remove(at: $0) }
    }
    let block =
      reused ?? Block(memory: .allocate(byteCount: bytes, alignment: 64), bytes: bytes)
    return FloatBuffer(block: block, pool: self)
  }

  fileprivate func giveBack(_ block: Block) { free.withLock { $0.append(block) } }

  deinit {
    free.withLock { blocks in
      for block in blocks { block.memory.deallocate() }
    }
  }
}
