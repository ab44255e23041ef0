/// Takes a document's elements as they open and close. The first error thrown ends the parsing.
///
/// A class to be overridden, not a protocol: a call for each of a million elements goes straight to the method.
class XMLElementHandler {
  /// - Returns: what else of the element is to be handed on.
  func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp { .nothing }
  /// Part of the text of an element that wanted it, its children's text included; a text may come in several parts.
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WordNetReadError) {}
  /// Of an element that wanted it.
  func end() throws(WordNetReadError) {}
}

/// What a handler wants to know of an element beyond its opening tag. Most elements of a large file need nothing, and
/// then libxml2 calls nothing.
enum XMLFollowUp {
  case nothing, end, textAndEnd
}
