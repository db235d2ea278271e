public import ShortlistData
public import ShortlistIndex
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
///
/// With `searching` an index it measures what a user of that index gets: an approximate index that misses
/// the true item has missed, however high the item would score.
public struct FactorizedTopK: Sendable {
  /// How an example is decided from what an index finds.
  public enum Comparison: String, Sendable, Hashable, Codable {
    /// By rank: a hit if fewer than k other items score at least as high as the true one. An index that may
    /// miss items would make such ranks look better than they are, so it must be exact.
    case scores
    /// A hit if the true item is among the k that the index returns. Equal scores are ordered as the index
    /// orders them: the item that comes first in the catalogue wins.
    case identifiers
  }

  public static let standardKs = [1, 5, 10, 50, 100]

  public let ks: [Int]
  public let catalogue: Catalogue
  /// A feature that weighs the examples; nil for ones.
  public let weight: Feature<Float>?
  /// Finds the best items; nil where all of them are compared.
  let search: IndexSearch?

  /// Compares with every item of the catalogue.
  ///
  /// - Precondition: every k is positive.
  public init(
    _ ks: [Int] = standardKs, among catalogue: Catalogue, weightedBy weight: Feature<Float>? = nil
  ) {
    precondition(ks.allSatisfy { $0 > 0 }, "top-k accuracy for k of \(ks)")
    self.ks = ks
    self.catalogue = catalogue
    self.weight = weight
    search = nil
  }

  /// Searches an index over the catalogue's embeddings.
  ///
  /// ```swift
  /// let metric = try FactorizedTopK(among: catalogue, searching: index, by: .identifiers)
  /// ```
  ///
  /// - Parameters:
  ///   - index: row r is the item `catalogue.identifiers[r]`.
  ///   - comparison: how hits are decided.
  /// - Throws: `TrainingError.inexactIndex` for `.scores` with an index that may miss items,
  ///   `TrainingError.unfitIndex` where it has other rows or dimensions than the catalogue.
  /// - Precondition: every k is positive.
  public init(
    _ ks: [Int] = standardKs, among catalogue: Catalogue, searching index: any VectorIndex,
    by comparison: Comparison, weightedBy weight: Feature<Float>? = nil
  ) throws {
    precondition(ks.allSatisfy { $0 > 0 }, "top-k accuracy for k of \(ks)")
    self.ks = ks
    self.catalogue = catalogue
    self.weight = weight
    search = try IndexSearch(
      index, comparison: comparison, limit: ks.max() ?? 1, catalogue: catalogue)
  }

  /// The accuracy of given query vectors.
  ///
  /// - Parameters:
  ///   - queries: one row for each distinct query.
  ///   - vectors: query vectors in a row (an example scores the largest of theirs).
  ///   - queryOfExample: for each example its row of `queries`.
  ///   - items: for each example its true item.
  ///   - weights: for each example its weight; nil for ones.
  /// - Throws: what the index throws; nothing without one.
  public func accuracy(
    queries: Matrix, vectors: Int = 1, queryOfExample: [Int32], items: StringColumn,
    weights: [Float]? = nil
  ) throws -> TopKAccuracy {
    let ranking = Ranking(
      queries: queries, heads: vectors, candidates: catalogue.embeddings,
      queryOfExample: queryOfExample, trueRows: catalogue.rows(of: items))
    return accuracy(ofRanks: try ranks(ranking).raw, weights: weights)
  }

  /// The ranks of the examples among all items and, with a masking, among the others; by the index if
  /// there is one.
  func ranks(
    _ ranking: Ranking, masking: Ranking.Masking? = nil
  ) throws -> (raw: [Int32], masked: [Int32]) {
    guard let search else { return ranking.ranks(masking: masking) }
    let raw = try search.ranks(ranking, masking: nil)
    return (raw, try masking.map { try search.ranks(ranking, masking: $0) } ?? [])
  }

  func accuracy(ofRanks ranks: [Int32], weights: [Float]?) -> TopKAccuracy {
    var result = TopKAccuracy(ks)
    for (example, rank) in ranks.enumerated() {
      result.add(rank: rank, weight: weights.map { Double($0[example]) } ?? 1)
    }
    return result
  }
}
