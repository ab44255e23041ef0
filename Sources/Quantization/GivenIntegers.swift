/// The integers that a quantised model has as activations. They tell how its results are rounded.
///
/// ONNX Runtime rounds the product of a sum and its scale to a float32, that to a whole number, half to even, and adds the
/// zero point then; a sum of two activations it rounds with the zero point in it, so that signed and unsigned bytes differ.
/// Source: measured on ONNX Runtime 1.32 for x86-64 over all pairs of bytes and millions of sums, without a difference.
enum GivenIntegers: String, Sendable, Codable {
  case unsigned, signed

  /// What unsigned bytes are moved by to stand for the model's own.
  var origin: Int32 { self == .signed ? 128 : 0 }
}
