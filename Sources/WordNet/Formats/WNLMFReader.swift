/// Reads WN-LMF 1.0 to 1.4, the Global WordNet Association's XML: Open English WordNet, the Open Multilingual WordNet.
///
///     <LexicalResource>
///       <Lexicon id="oewn" …>
///         <LexicalEntry id="oewn-dog-n">
///           <Lemma writtenForm="dog" partOfSpeech="n"/>
///           <Sense id="oewn-dog__1.05.00.." synset="oewn-02086723-n"/>
///         </LexicalEntry>
///         <Synset id="oewn-02086723-n" ili="i46360" partOfSpeech="n" members="oewn-dog-n …">
///           <Definition>…</Definition>
///           <SynsetRelation relType="hypernym" target="oewn-02085998-n"/>
///
/// Nouns and verbs are read, with their hypernyms (kinds and instances), meronyms and irregular forms. A gloss is the
/// definitions and then the examples in quotation marks, as Princeton writes it. Of several lexicons in one file the
/// synsets of one concept become one, with the words of all.
///
/// A synset's identity: see `WNLMFIdentity`. <https://globalwordnet.github.io/schemas/>
public enum WNLMFReader {
  /// - Throws: `WordNetReadError` with the line, for a file that cannot be read, is no well-formed XML or something else
  ///   than this format, or uses entities. Relations to synsets that are not there, and those that would close a cycle,
  ///   are among the hierarchy's rejected edges.
  public static func read(_ path: String) throws(WordNetReadError) -> Hierarchy {
    try XMLStreamParser.parse(path) { WNLMFElements(path: path, parser: $0) }.contents.hierarchy(path: path)
  }
}

/// The elements of the format that are read, by name.
enum WNLMFElement: String, CaseIterable {
  // The most frequent first.
  case synsetRelation = "SynsetRelation"
  case sense = "Sense"
  case lexicalEntry = "LexicalEntry"
  case lemma = "Lemma"
  case synset = "Synset"
  case definition = "Definition"
  case example = "Example"
  case form = "Form"
  case lexicalResource = "LexicalResource"
  case lexicon = "Lexicon"
  case lexiconExtension = "LexiconExtension"
  case externalLexicalEntry = "ExternalLexicalEntry"
  case externalSynset = "ExternalSynset"
}
