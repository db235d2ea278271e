/// How a model finds the best candidates of a vector: what it keeps in variables, and the operations that search.
protocol CandidateSearch {
  /// How many candidates there are.
  var count: Int { get }
  var variables: [SavedModelBuilder.Variable] { get }

  /// Adds what the search needs beside its variables, which are there.
  func addParts(to builder: inout SavedModelBuilder)

  /// Scores and rows of the best candidates, best first: n x k each.
  ///
  /// - Parameters:
  ///   - k: an int32 scalar, not more than `count`.
  ///   - vectors: what the query tower gives.
  func best(
    _ k: GraphTensor, of vectors: GraphTensor, in function: inout GraphFunction
  ) -> (scores: GraphTensor, rows: GraphTensor)

  /// Writes one of the variables.
  func write(_ variable: SavedModelBuilder.Variable, to bundle: inout BundleWriter) throws
}

extension CandidateSearch {
  func addParts(to builder: inout SavedModelBuilder) {}
}
