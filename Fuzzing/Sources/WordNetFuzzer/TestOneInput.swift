/// What libFuzzer, whose runtime has the main function, calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = start.map { [UInt8](UnsafeBufferPointer(start: $0, count: count)) } ?? []
  // No XML begins with a D.
  if bytes.first == UInt8(ascii: "D") {
    SynsetSources.readDatabase(bytes.dropFirst())
  } else {
    SynsetSources.readFile(bytes)
  }
  return 0
}
