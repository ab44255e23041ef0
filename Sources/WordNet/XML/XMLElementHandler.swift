/// Takes a document's elements as they open and close. The first error thrown ends the parsing.
protocol XMLElementHandler: AnyObject {
  /// - Returns: what else of the element is to be handed on.
  func start(_ tag: XMLStartTag) throws(WordNetReadError) -> XMLFollowUp
  /// Part of the text of an element that wanted it, its children's text included; a text may come in several parts.
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WordNetReadError)
  func end() throws(WordNetReadError)
}

extension XMLElementHandler {
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WordNetReadError) {}
}

/// What a handler wants to know of an element beyond its opening tag. Most elements of a large file need nothing.
enum XMLFollowUp: UInt8 {
  case nothing, end, textAndEnd
}
