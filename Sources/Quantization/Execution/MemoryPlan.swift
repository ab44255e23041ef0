import Network

/// Where every value lies in one arena: values that are never alive together share memory.
///
/// Source: the greedy-by-size order of Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net
/// Inference": the largest value first, each at the lowest offset that no value alive at the same time covers.
struct MemoryPlan: Sendable {
  var layouts: [ValueLayout]
  var places: [ValuePlace]
  /// Bytes from the arena's start, by root value; -1 for values that lie in another.
  var offsets: [Int]
  var size: Int
  /// What is run, in order.
  let operations: [QuantizedOperation]
  let fusion: ExpansionFusion

  /// Kernels reach a value's pixels by 32-bit offsets.
  private static let largestValue = Int(Int32.max)
  private static let largestArena = 1 << 34

  /// - Parameters:
  ///   - operations: those of the network's that are run.
  ///   - kept: values that must survive to the end of a run.
  ///   - inputImages: how many images' inputs there are, one behind the other.
  ///   - seam: where the maps of a mosaic's images meet.
  /// - Throws: `QuantizationError.invalidInput` for a network whose activations are too large to hold.
  init(
    _ network: QuantizedNetwork, _ operations: [QuantizedOperation], kept: Set<Int>, inputImages: Int = 1,
    seam: MapSeam? = nil, instructionSet: InstructionSet
  ) throws(QuantizationError) {
    self.operations = operations
    layouts = Self.layouts(of: network, operations, instructionSet)
    layouts[network.structure.input].images = inputImages
    for value in operations.flatMap({ $0.inputs + $0.outputs }) { layouts[value].seam = seam }
    places = Self.places(in: network, operations, layouts: layouts)
    Self.overwriteResiduals(operations, layouts: layouts, kept: kept, in: &places)
    for index in places.indices where places[index].root != index {
      // A part has the geometry of the whole it lies in.
      var layout = layouts[places[index].root]
      layout.top = max(layout.top, layouts[index].top)
      layout.left = max(layout.left, layouts[index].left)
      layout.bottom = max(layout.bottom, layouts[index].bottom)
      layout.right = max(layout.right, layouts[index].right)
      layout.overrunRows = max(layout.overrunRows, layouts[index].overrunRows)
      layouts[places[index].root] = layout
    }
    for index in places.indices where places[index].root != index {
      var layout = layouts[places[index].root]
      layout.shape = layouts[index].shape
      layouts[index] = layout
    }
    fusion = ExpansionFusion(
      operations, layouts: layouts, places: places, kept: kept, instructionSet: instructionSet)
    for (index, group) in fusion.groups {
      for output in operations[index].outputs { layouts[output].heldBlocks = group }
    }
    guard let largest = layouts.map(\.size).max(), largest <= Self.largestValue else {
      throw .invalidInput(reason: "an activation of the network needs more than 2 GiB for one image")
    }
    let lifetimes = Self.lifetimes(in: network, operations, places: places, fusion: fusion, kept: kept)
    (offsets, size) = Self.pack(layouts: layouts, places: places, lifetimes: lifetimes)
    guard size <= Self.largestArena else {
      throw .invalidInput(reason: "the network's activations need more than 16 GiB for one image")
    }
  }

  private static func layouts(
    of network: QuantizedNetwork, _ operations: [QuantizedOperation], _ instructionSet: InstructionSet
  ) -> [ValueLayout] {
    let structure = network.structure
    var layouts = structure.values.map {
      ValueLayout(
        shape: $0.shape, block: $0.isRowMajor ? 1 : 16, elementSize: $0.quantization == nil ? 4 : 1)
    }
    if structure.values[structure.input].shape.channels <= 4,
      isReadOnlyByDenseConvolutions(structure.input, operations)
    {
      let channels = structure.values[structure.input].shape.channels
      layouts[structure.input].block =
        channels == 3 && colorsTakeFewerQuads(structure.input, operations, instructionSet) ? 3 : 4
    }
    for operation in operations {
      if case .convolution(let convolution) = operation {
        layouts[convolution.input].makeRoom(
          for: convolution.window, output: structure.values[convolution.output].shape)
      }
    }
    return layouts
  }

  private static func isReadOnlyByDenseConvolutions(_ value: Int, _ operations: [QuantizedOperation]) -> Bool
  {
    operations.allSatisfy { operation in
      guard operation.inputs.contains(value) else { return true }
      guard case .convolution(let convolution) = operation else { return false }
      return !convolution.isDepthwise && convolution.residual != value
    }
  }

  /// Whether the three bytes of each pixel should lie side by side: a window's row of seven is then read as six quads, not
  /// seven (measured on the 7x7 windows of stride 2: 1.16 times as fast). Tiles are not gathered from such pixels.
  private static func colorsTakeFewerQuads(
    _ input: Int, _ operations: [QuantizedOperation], _ instructionSet: InstructionSet
  ) -> Bool {
    instructionSet != .amx
      && operations.allSatisfy { operation in
        guard case .convolution(let convolution) = operation, convolution.input == input else { return true }
        let columns = convolution.window.kernelWidth
        return convolution.window.dilationWidth == 1 && (columns * 3 + 3) / 4 < columns
      }
  }

  /// Inputs of a concatenation that can be written straight into its output.
  private static func places(
    in network: QuantizedNetwork, _ operations: [QuantizedOperation], layouts: [ValueLayout]
  ) -> [ValuePlace] {
    var places = layouts.indices.map { ValuePlace(root: $0, firstBlock: 0) }
    let structure = network.structure
    // From the last: a concatenation of concatenations resolves to the outermost.
    for operation in operations.reversed() {
      guard case .concat(let inputs, let output) = operation else { continue }
      var channel = 0
      for input in inputs {
        let channels = structure.values[input].shape.channels
        let isFree = places[input].root == input && input != structure.input && layouts[input].block == 16
        let occursOnce = inputs.filter { $0 == input }.count == 1
        if isFree, occursOnce, channel % 16 == 0, channels % 16 == 0 {
          places[input] = ValuePlace(
            root: places[output].root, firstBlock: places[output].firstBlock + channel / 16)
        }
        channel += channels
      }
    }
    // Values that lie in a part that was itself moved later.
    for index in places.indices {
      var place = places[index]
      while places[place.root].root != place.root {
        place = ValuePlace(
          root: places[place.root].root, firstBlock: place.firstBlock + places[place.root].firstBlock)
      }
      places[index] = place
    }
    return places
  }

  /// First and last operation at which each root's memory is in use.
  private static func lifetimes(
    in network: QuantizedNetwork, _ operations: [QuantizedOperation], places: [ValuePlace],
    fusion: ExpansionFusion, kept: Set<Int>
  ) -> [ClosedRange<Int>?] {
    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: places.count)
    func use(_ value: Int, at operation: Int) {
      let root = places[value].root
      let range = lifetimes[root] ?? operation...operation
      lifetimes[root] = min(range.lowerBound, operation)...max(range.upperBound, operation)
    }
    let read = Set(operations.flatMap(\.inputs)).union(kept)
    func isNeeded(_ value: Int, of operation: QuantizedOperation) -> Bool {
      if case .floatIsland = operation { return read.contains(value) }
      return true
    }
    use(network.structure.input, at: -1)
    for (index, operation) in operations.enumerated() {
      for value in operation.inputs { use(value, at: index) }
      for value in operation.outputs where isNeeded(value, of: operation) { use(value, at: index) }
    }
    // Two that run in turns read and write at the same time.
    for index in fusion.groups.keys {
      for value in operations[index].inputs { use(value, at: index + 1) }
      for value in operations[index + 1].outputs { use(value, at: index) }
    }
    for value in kept { use(value, at: operations.count) }
    return lifetimes
  }

  private static func pack(
    layouts: [ValueLayout], places: [ValuePlace], lifetimes: [ClosedRange<Int>?]
  ) -> (offsets: [Int], size: Int) {
    var offsets = [Int](repeating: -1, count: layouts.count)
    var total = 0
    let roots = layouts.indices.filter { places[$0].root == $0 && lifetimes[$0] != nil }
      .sorted { (layouts[$0].size, -$0) > (layouts[$1].size, -$1) }
    var placed: [Int] = []
    for root in roots {
      guard let lifetime = lifetimes[root] else { continue }
      let neighbours = placed.filter { lifetimes[$0]?.overlaps(lifetime) ?? false }
        .sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for neighbour in neighbours {
        if offset + layouts[root].size <= offsets[neighbour] { break }
        offset = max(offset, offsets[neighbour] + layouts[neighbour].size)
      }
      offsets[root] = offset
      total = max(total, offset + layouts[root].size)
      placed.append(root)
    }
    return (offsets, total)
  }

  /// Bytes of the largest value that is never there as a whole.
  var largestExpanded: Int {
    layouts.filter { $0.heldBlocks != nil }.map(\.size).max() ?? 0
  }

  /// Bytes from the arena's start to a value's first pixel inside its border.
  func interiorOffset(of value: Int) -> Int { start(of: value) + layouts[value].interior }

  /// Bytes from the arena's start to a value's first byte.
  func start(of value: Int) -> Int {
    let place = places[value]
    return offsets[place.root] + place.firstBlock * layouts[place.root].plane
  }
}
