public import ShortlistData
public import ShortlistModels
public import ShortlistTensors

/// Top-k categorical accuracy over a whole catalogue: the share of examples whose true item is among the k
/// that score highest.
///
/// Ranks come from scores: 1 + the items that score higher + the other items that score the same. So ties
/// count against the model (TensorFlow Recommenders counts them in its favour), and an example whose item is
/// not in the catalogue is a miss.
///
/// ```swift
/// let catalogue = try model.embedCandidates(movieLens.movies, identifiedBy: .movieTitle)
/// let report = try model.evaluate(FactorizedTopK([1, 10, 100], among: catalogue), on: test)
/// ```
public struct FactorizedTopK: Sendable {
  public static let standardKs = [1, 5, 10, 50, 100]

  public let ks: [Int]
  public let catalogue: Catalogue
  /// A feature that weighs the examples; nil for ones.
  public let weight: Feature<Float>?

  /// - Precondition: every k is positive.
  public init(
    _ ks: [Int] = standardKs, among catalogue: Catalogue, weightedBy weight: Feature<Float>? = nil
  ) {
    precondition(ks.allSatisfy { $0 > 0 }, "top-k accuracy for k of \(ks)")
    self.ks = ks
    self.catalogue = catalogue
    self.weight = weight
  }

  /// The accuracy of given query vectors.
  ///
  /// - Parameters:
  ///   - queries: one row for each distinct query.
  ///   - vectors: query vectors in a row (an example scores the largest of theirs).
  ///   - queryOfExample: for each example its row of `queries`.
  ///   - items: for each example its true item.
  ///   - weights: for each example its weight; nil for ones.
  public func accuracy(
    queries: Matrix, vectors: Int = 1, queryOfExample: [Int32], items: StringColumn,
    weights: [Float]? = nil
  ) -> TopKAccuracy {
    let ranking = Ranking(
      queries: queries, heads: vectors, candidates: catalogue.embeddings,
      queryOfExample: queryOfExample, trueRows: catalogue.rows(of: items))
    return accuracy(ofRanks: ranking.ranks(), weights: weights)
  }

  func accuracy(ofRanks ranks: [Int32], weights: [Float]?) -> TopKAccuracy {
    var result = TopKAccuracy(ks)
    for (example, rank) in ranks.enumerated() {
      result.add(rank: rank, weight: weights.map { Double($0[example]) } ?? 1)
    }
    return result
  }
}
