import CKernels
import Network

/// A quantised network made ready for this machine: weights packed, memory planned, kernels chosen.
///
/// A plan is shared by the `PlanExecutor`s that run it.
public struct CompiledPlan: Sendable {
  public let network: QuantizedNetwork
  public let instructionSet: InstructionSet
  /// What a run gives, by name, in the order asked for.
  public let outputs: [String]

  let outputValues: [Int]
  let head: PlanPart
  /// What stands for some of the head's steps where four images take turns.
  let mosaics: [MosaicPart]
  /// Where the network ends in large dense layers.
  let tail: (input: Int, part: PlanPart)?
  let constants: PackedConstants
  /// The constants that a compiled file keeps.
  let weights: [PackedWeights]

  /// - Parameters:
  ///   - outputs: values to keep; nil for the network's own outputs.
  ///   - instructionSet: must be one that this processor has.
  public init(
    _ network: QuantizedNetwork, outputs: [String]? = nil, instructionSet: InstructionSet = .best
  ) throws(QuantizationError) {
    self.network = network
    self.instructionSet = instructionSet
    self.outputs = outputs ?? network.outputs
    var values: [Int] = []
    for output in self.outputs { values.append(try network.index(of: output)) }
    outputValues = values
    let kept = Set(values)
    let operations = network.structure.operations(neededFor: kept)
    let batchTail = BatchTail(network, operations)
    let tailValues = Set(batchTail?.network.structure.operations.flatMap(\.outputs) ?? [])
    let headOperations = batchTail?.headOperations ?? operations
    let keptOfHead = kept.subtracting(tailValues).union(batchTail.map { [$0.input] } ?? [])

    var compiler = PlanCompiler(
      network: network,
      memory: try MemoryPlan(
        network, headOperations, kept: keptOfHead, instructionSet: instructionSet),
      instructionSet: instructionSet)
    head = try compiler.compile(
      isTail: false, turns: TurnSteps(headOperations, network.structure.values, kept: keptOfHead))
    var mosaics: [MosaicPart] = []
    for mosaic in ImageMosaic.all(in: network, head, kept: keptOfHead) {
      compiler = PlanCompiler(
        network: mosaic.network,
        memory: try MemoryPlan(
          mosaic.network, mosaic.network.structure.operations, kept: [mosaic.output], seam: mosaic.seam,
          instructionSet: instructionSet),
        instructionSet: instructionSet, after: compiler)
      mosaics.append(MosaicPart(mosaic: mosaic, part: try compiler.compile(isTail: false)))
    }
    self.mosaics = mosaics
    if let batchTail {
      compiler = PlanCompiler(
        network: batchTail.network,
        memory: try MemoryPlan(
          batchTail.network, batchTail.network.structure.operations, kept: kept.intersection(tailValues),
          inputImages: BatchTail.images, instructionSet: instructionSet),
        instructionSet: instructionSet, after: compiler)
      tail = (batchTail.input, try compiler.compile(isTail: true))
    } else {
      tail = nil
    }
    weights = compiler.weights
    constants = compiler.constants.finish()
  }

  /// Bytes that one executor needs for an image's activations and scratch.
  public var arenaSize: Int { head.arenaSize + (tail?.part.arenaSize ?? 0) }

  /// How many images are best run at once.
  public var preferredBatch: Int {
    tail != nil ? BatchTail.images : head.turns != nil ? TurnSteps.images : 1
  }

  /// Whether an output, by its number, is made by the tail.
  func isOfTail(_ output: Int) -> Bool {
    guard let tail else { return false }
    return tail.part.memory.operations.contains { $0.outputs.contains(outputValues[output]) }
  }
}

/// One call of a kernel: sizes and strides are final, addresses are put in by an executor.
enum PlanStep: Sendable {
  case convolution(ConvolutionStep<synoptic_int8_convolution>)
  case winograd(ConvolutionStep<synoptic_int8_winograd>)
  case depthwise(ConvolutionStep<synoptic_int8_depthwise>)
  case expandedDepthwise(ExpandedDepthwise)
  case pooling(UnboundCall<synoptic_int8_pooling>, input: Int, output: Int, isMaximum: Bool)
  case globalAverage(input: Int, output: Int)
  case add(
    left: Int, right: Int, output: Int, scales: (left: Float, right: Float), addend: Float, origin: Int32,
    bounds: ByteBounds
  )
  case multiply(left: Int, right: Int, output: Int, scale: Float)
  case lookup(input: Int, output: Int, table: Int)
  case rearrange(RearrangementStep)
  /// One part of a concatenation that could not be written in place.
  case copyChannels(input: Int, output: Int, firstChannel: Int)
  case quantize(input: Int, output: Int)
  case softmax(input: Int, output: Int)
  case clamp(value: Int, lower: Float, upper: Float)
  case fillBorder(value: Int)
  case floatIsland(IslandRunner)
}

struct ByteBounds: Sendable {
  var lower: UInt8
  var upper: UInt8
}

/// A convolution by one kernel.
struct ConvolutionStep<Arguments: KernelArguments>: Sendable {
  var call: UnboundCall<Arguments>
  var offsets: ConvolutionOffsets
  var layer: QuantizedConvolution
}

/// What a convolution reads and writes: activations by their offset in the arena, constants by their number.
struct ConvolutionOffsets: Sendable {
  var input: Int
  var output: Int
  var writesFloats: Bool
  var residual: Int?
  var weights: Int
  var bias: Int
  var scale: Int
  var tapOffsets: Int
}

/// The arguments of a kernel: sizes and strides, and addresses that an executor puts in.
protocol KernelArguments {}

extension synoptic_int8_convolution: KernelArguments {}
extension synoptic_int8_winograd: KernelArguments {}
extension synoptic_int8_depthwise: KernelArguments {}
extension synoptic_int8_pooling: KernelArguments {}

/// A kernel's arguments before an executor binds a copy of them to its own memory.
///
/// `@unchecked Sendable`: what keeps the C structs from it are their pointers; `PlanCompiler` leaves them null and
/// nobody writes them in place.
struct UnboundCall<Arguments: KernelArguments>: @unchecked Sendable {
  let arguments: Arguments
}
