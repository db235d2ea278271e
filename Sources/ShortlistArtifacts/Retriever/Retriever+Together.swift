import ShortlistData
package import ShortlistIndex
import ShortlistModels
package import ShortlistTensors

/// A question to a retriever's index, ready to be asked: alone, or together with others.
package struct PreparedSearch: Sendable {
  package let k: Int
  /// One row for each query.
  package let vectors: Matrix
  /// One for each query.
  package let filters: [RowFilter]
  /// The queries that get the most popular items, since the model knows nothing of them.
  let unknown: Set<Int>

  /// Queries that get what the model says, whatever it knows of them.
  package init(_ k: Int, to vectors: Matrix) {
    (self.k, self.vectors, unknown) = (k, vectors, [])
    filters = Array(repeating: .all, count: vectors.rows)
  }

  fileprivate init(_ k: Int, to vectors: Matrix, where filter: RowFilter, isKnown: Bool) {
    (self.k, self.vectors, filters) = (k, vectors, [filter])
    unknown = isKnown ? [] : [0]
  }
}

extension Retriever {
  /// A query of `recommend(_:for:)`, ready to be asked.
  ///
  /// - Throws: as `recommend(_:for:)` does.
  package func prepare(_ request: RecommendationQuery) throws -> PreparedSearch {
    try RetrieverError.check(count: request.k)
    let bound = try model.query.bind(
      try query(of: request).dataset(of: model.query.features.map(\.featureName)))
    return PreparedSearch(
      request.k, to: model.embedQueries(bound), where: try filter(of: request),
      isKnown: knows(bound)[0])
  }

  /// Answers searches together: one pass over the index for all of them.
  ///
  /// - Throws: `IndexError`, for all of them.
  package func answer(_ searches: [PreparedSearch]) throws -> [[Recommendations]] {
    guard let k = searches.map(\.k).max(), let width = searches.first?.vectors.columns else {
      return []
    }
    var filters = searches.flatMap(\.filters)
    if model.task.queryVectors == 1, filters.allSatisfy({ $0 == .all }) { filters = [.all] }
    let found = try index.nearest(
      k, to: Matrix(stacking: searches.map(\.vectors), columns: width),
      vectors: model.task.queryVectors, where: filters)
    var next = 0
    return searches.map { search in
      (0..<search.vectors.rows).map { row in
        let neighbors = found[next].prefix(search.k)
        next += 1
        if search.unknown.contains(row),
          let popular = mostPopular(search.k, where: search.filters[row])
        {
          return popular
        }
        return Recommendations(
          neighbors.map {
            Recommendation(identifier: catalogue.identifiers[$0.row], score: $0.score)
          })
      }
    }
  }
}
