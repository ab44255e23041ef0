/// What libFuzzer, whose runtime has the main function, calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = start.map { [UInt8](UnsafeBufferPointer(start: $0, count: count)) } ?? []
  if bytes.first == UInt8(ascii: "{") {
    Readers.readStoredNetwork(bytes)
  } else {
    Readers.readModel(bytes)
  }
  return 0
}
