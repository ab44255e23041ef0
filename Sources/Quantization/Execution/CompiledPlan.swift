import CKernels
import Network

/// A quantised network made ready for this machine: weights packed, memory planned, kernels chosen.
///
/// A plan is shared; each thread runs it through a `PlanExecutor` of its own.
public struct CompiledPlan: Sendable {
  public let network: QuantizedNetwork
  public let instructionSet: InstructionSet
  /// What a run gives, by name, in the order asked for.
  public let outputs: [String]

  let outputValues: [Int]
  let memory: MemoryPlan
  let steps: [PlanStep]
  let constants: PackedConstants
  /// The constants that a compiled file keeps.
  let weights: [PackedWeights]
  private let scratchSize: Int

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
    memory = try MemoryPlan(network, kept: Set(values))
    var compiler = PlanCompiler(network: network, memory: memory, instructionSet: instructionSet)
    steps = try compiler.compile()
    scratchSize = compiler.scratchSize
    weights = compiler.weights
    constants = compiler.constants.finish()
  }

  /// Bytes that one executor needs for activations and scratch.
  public var arenaSize: Int { scratchOffset + scratchSize }

  /// Kernels' scratch lies behind the activations.
  var scratchOffset: Int { (memory.size + 63) / 64 * 64 }
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
    left: Int, right: Int, output: Int, scales: (left: Float, right: Float), addend: Float, bounds: ByteBounds
  )
  case multiply(left: Int, right: Int, output: Int, scale: Float)
  case lookup(input: Int, output: Int, table: Int)
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
