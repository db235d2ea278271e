import ShortlistIndex
import ShortlistMessages
import ShortlistTensors

/// Compares a query with every candidate, by TensorFlow's own operations.
struct ExactSearch: CandidateSearch {
  private let candidates: Matrix
  private let isCosine: Bool
  /// Vectors of a query; its score is the largest of theirs.
  private let queryVectors: Int

  private enum Name {
    static let candidates = "candidates"
    /// One over the length of each candidate, where scores are cosines.
    static let scales = "candidate_scales"
  }

  /// - Throws: `TensorFlowError.unsupportedModel` for Euclidean distances.
  init(_ candidates: Matrix, similarity: Similarity, queryVectors: Int) throws {
    guard similarity != .euclidean else {
      throw TensorFlowError(
        .unsupportedModel,
        message:
          "the index measures Euclidean distance; a SavedModel that any TensorFlow loads has "
          + "inner products and cosines. A ScaNN index can be exported with its distances")
    }
    self.candidates = candidates
    self.queryVectors = queryVectors
    isCosine = similarity == .cosine
  }

  var count: Int { candidates.rows }

  var variables: [SavedModelBuilder.Variable] {
    var variables: [SavedModelBuilder.Variable] = [
      .init(
        name: Name.candidates, type: .dtFloat, shape: [candidates.rows, candidates.columns])
    ]
    if isCosine {
      variables.append(.init(name: Name.scales, type: .dtFloat, shape: [candidates.rows]))
    }
    return variables
  }

  func best(
    _ k: GraphTensor, of vectors: GraphTensor, in function: inout GraphFunction
  ) -> (scores: GraphTensor, rows: GraphTensor) {
    let best = function.topK(scores(of: vectors, in: &function), k)
    return (best.values, best.indices)
  }

  private func scores(
    of vectors: GraphTensor, in function: inout GraphFunction
  ) -> GraphTensor {
    var vectors = vectors
    let heads = Int32(queryVectors)
    if heads > 1 { vectors = function.reshape(vectors, to: [-1, Int32(candidates.columns)]) }
    if isCosine { vectors = function.normalize(vectors, epsilon: 1e-30) }
    let candidates = function.read(.init(variable: Name.candidates), .dtFloat)
    var scores = function.product(vectors, candidates, transposingRight: true)
    if isCosine {
      scores = function.binary(
        "Mul", scores, function.read(.init(variable: Name.scales), .dtFloat))
    }
    guard heads > 1 else { return scores }
    let apart = function.reshape(scores, to: [-1, heads, Int32(count)])
    return function.reduce("Max", apart, axis: 1)
  }

  func write(_ variable: SavedModelBuilder.Variable, to bundle: inout BundleWriter) throws {
    switch variable.name {
    case Name.candidates: try bundle.write(variable.key, candidates, shape: variable.shape)
    default:
      try bundle.write(
        variable.key, .dtFloat, shape: variable.shape, elements: candidates.inverseLengths())
    }
  }
}
