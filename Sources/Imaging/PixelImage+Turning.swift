extension PixelImage {
  /// The stored image turned upright.
  func turned(_ orientation: ImageOrientation) -> PixelImage {
    if orientation == .upright { return self }
    let (outputWidth, outputHeight) = orientation.size(width: width, height: height)
    // Steps in the stored image for one column and one row of the upright one.
    let alongRow = (orientation.reversesColumns ? -1 : 1) * channels
    let alongColumn = (orientation.reversesRows ? -1 : 1) * channels * width
    let (column, row) = orientation.swapsSides ? (alongColumn, alongRow) : (alongRow, alongColumn)
    let first =
      channels
      * ((orientation.reversesColumns ? width - 1 : 0) + width * (orientation.reversesRows ? height - 1 : 0))
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initialized in
      pixels.withUnsafeBufferPointer { source in
        var place = 0
        for y in 0..<outputHeight {
          var from = first + y * row
          for _ in 0..<outputWidth {
            for channel in 0..<channels { target[place &+ channel] = source[from &+ channel] }
            place &+= channels
            from &+= column
          }
        }
      }
      initialized = pixels.count
    }
    return PixelImage(width: outputWidth, height: outputHeight, channels: channels, pixels: turned)
  }
}
