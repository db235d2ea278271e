public import ShortlistTensors

/// Finds the vectors that are most similar to a query.
///
/// An index knows rows, not identifiers. A larger score is better, and of equal scores the smaller row
/// comes first. Fewer than k neighbours come back only where fewer rows pass the filter.
///
/// Conforming types are checked by the contract suite in `ShortlistTesting`.
public protocol VectorIndex: Sendable {
  /// The number of vectors.
  var count: Int { get }
  /// The length of each vector.
  var dimensions: Int { get }
  /// Whether the neighbours are always the true ones. Metrics that compare scores with those of the
  /// true candidate refuse an index that is not.
  var isExact: Bool { get }

  /// The best `k` rows for a query, best first.
  ///
  /// - Parameters:
  ///   - k: how many, at least 1.
  ///   - query: `dimensions` finite elements.
  ///   - filter: which rows may be returned.
  /// - Throws: `IndexError` if `k` or the query is none; errors of reading if the vectors are in a file.
  func nearest(_ k: Int, to query: Span<Float>, where filter: RowFilter) throws -> [Neighbor]

  /// The best `k` rows for each query, best first.
  ///
  /// - Parameters:
  ///   - k: how many for each query, at least 1.
  ///   - queries: one query a row, `dimensions` columns.
  ///   - filters: one for all queries, or one for each.
  /// - Throws: as for one query; the message names the query.
  func nearest(_ k: Int, to queries: Matrix, where filters: [RowFilter]) throws -> [[Neighbor]]
}

/// A row of an index with its score.
public struct Neighbor: Sendable, Hashable, Codable {
  public var row: Int
  public var score: Float

  public init(row: Int, score: Float) {
    self.row = row
    self.score = score
  }
}

extension VectorIndex {
  /// The best `k` of all rows for a query, best first.
  ///
  /// - Throws: `IndexError`, as the form with a filter.
  public func nearest(_ k: Int, to query: Span<Float>) throws -> [Neighbor] {
    try nearest(k, to: query, where: .all)
  }

  /// The best `k` rows for a query, best first.
  ///
  /// - Throws: `IndexError`, as the form with a span.
  public func nearest(
    _ k: Int, to query: [Float], where filter: RowFilter = .all
  ) throws -> [Neighbor] {
    try nearest(k, to: query.span, where: filter)
  }

  /// The best `k` rows for each query, best first.
  ///
  /// - Throws: `IndexError`, as the form with filters.
  public func nearest(
    _ k: Int, to queries: Matrix, where filter: RowFilter = .all
  ) throws -> [[Neighbor]] {
    try nearest(k, to: queries, where: [filter])
  }
}

/// What a score measures.
public enum Similarity: String, Sendable, Codable, CaseIterable {
  /// The inner product of query and vector.
  case innerProduct
  /// The cosine of the angle between them: both are normalised at the door, and the rest is the inner
  /// product. A vector of zeros has cosine 0 with everything.
  case cosine
  /// Minus the squared Euclidean distance: 0 for equal vectors, and less the farther they are apart. Vectors
  /// and queries may be 1e18 long at most.
  case euclidean
}
