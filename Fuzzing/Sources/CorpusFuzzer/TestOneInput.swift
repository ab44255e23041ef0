import Foundation

/// What libFuzzer, whose runtime has the main function, calls with every input. Which reader gets it, SYNOPTIC_FUZZ says.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = start.map { [UInt8](UnsafeBufferPointer(start: $0, count: count)) } ?? []
  switch reader {
  case "tar": Readers.readTar(bytes)
  case "manifest": Readers.readManifest(bytes)
  case "boxes": Readers.readBoxes(bytes)
  default: preconditionFailure("SYNOPTIC_FUZZ is none of tar, manifest, boxes")
  }
  return 0
}

private let reader = ProcessInfo.processInfo.environment["SYNOPTIC_FUZZ"] ?? ""
