/// Why a name does not mean one synset.
public enum SynsetNameError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No synset has this name; `nearest` are lemmas spelled almost so, the nearest first.
  case unknown(name: String, nearest: [String])
  /// The lemma has several senses and none stands out; `choices` are all of them, in sense order.
  case ambiguous(name: String, choices: [SynsetChoice])
  /// The lemma is known but has fewer senses than `lemma.n.NN` asks for; `choices` are those it has.
  case noSuchSense(name: String, choices: [SynsetChoice])

  public var description: String {
    switch self {
    case .unknown(let name, let nearest):
      let hint = nearest.isEmpty ? "" : "; did you mean \(Self.alternatives(nearest))?"
      return "no synset is named \"\(name)\"" + (hint.isEmpty ? " (by wnid, lemma or lemma.n.01)" : hint)
    case .ambiguous(let name, let choices):
      return "\"\(name)\" has \(choices.count) senses; name one by wnid or number:" + Self.list(choices)
    case .noSuchSense(let name, let choices):
      return "there is no sense \"\(name)\"; the lemma has:" + Self.list(choices)
    }
  }

  private static func list(_ choices: [SynsetChoice]) -> String {
    choices.map { "\n  \($0)" }.joined()
  }

  private static func alternatives(_ names: [String]) -> String {
    let quoted = names.map { "\"\($0)\"" }
    guard quoted.count > 1, let last = quoted.last else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }
}
