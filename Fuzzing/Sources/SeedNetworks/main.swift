import Foundation
import Network

@testable import Quantization

// Writes stored int8 networks of the tests' small graphs as seeds for the fuzzer: SeedNetworks FOLDER
let folder = URL(fileURLWithPath: CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : ".")
for (index, small) in SmallGraph.all.enumerated() {
  let executor = try FloatExecutor(small.graph)
  var calibration = Calibration()
  for image in small.images.prefix(2) { try calibration.observe(image, through: executor) }
  let bytes = try QuantizedNetwork.quantize(small.graph, calibration: calibration).serialized
  // The weights themselves are of no interest: the fuzzer puts zeros behind the structure.
  var length = 0
  for (place, byte) in bytes[(QuantizedNetwork.magic.count + 4)...].prefix(8).enumerated() {
    length |= Int(byte) << (8 * place)
  }
  let structure = bytes[QuantizedNetwork.headerSize...].prefix(length)
  try Data(structure).write(to: folder.appendingPathComponent("stored-\(index)"))
}
