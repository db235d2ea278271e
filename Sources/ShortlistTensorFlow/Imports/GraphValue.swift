import ShortlistMessages

/// What a tensor of a graph means for retrieval.
enum GraphValue {
  /// An input of the signature.
  case input(String)
  /// A variable, a table, a constant or a file, by its object.
  case object(Int32)
  case constant(TFTensorProto)
  /// What a variable holds.
  case contents(Int32)
  /// The rows of an input's strings in a table.
  case rows(input: String, table: Int32, unknown: Int)
  /// An input less a number, and that divided by another.
  case centred(input: String, mean: Float)
  case standard(input: String, mean: Float, deviation: Float)
  case vectors(ImportedTower)
  // The steps of dividing by the length.
  case squares(ImportedTower)
  case sumOfSquares(ImportedTower)
  case boundedSum(ImportedTower, epsilon: Float)
  case inverseLength(ImportedTower, epsilon: Float)
  /// Inner products with the rows of a variable.
  case scores(Search)
  case bestScores(Search)
  case bestRows(Search)
  /// What a variable holds at the best rows.
  case identifiers(Search, variable: Int32)
  /// A searcher of the scann package.
  case searcher(vectors: Int32, configuration: Int32)
  /// An operation that is not understood.
  case unknown(operation: String, node: String)

  struct Search {
    let tower: ImportedTower
    /// The variable of the candidates' vectors.
    let candidates: Int32
    /// The variable with the configuration of the scann package, where it is that which searches.
    var scann: Int32?
  }
}
