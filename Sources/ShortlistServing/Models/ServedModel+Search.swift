public import Shortlist
import ShortlistIndex
import ShortlistTensors

/// Search without what recommending does around it: nothing seen is left out, and unknown users get the vector of
/// unknown values. This is what a SavedModel of the same artefact answers.
extension ServedModel {
  /// Rows of the catalogue with their scores, best first, for each row of a dataset.
  ///
  /// - Parameters:
  ///   - excluded: for each query identifiers to put last, as `query_with_exclusions` of TensorFlow Recommenders does:
  ///     k more than there are of them are found, and those that are excluded come after the others.
  /// - Throws: `ServingError`.
  public func search(
    _ k: Int, for queries: Dataset, excluding excluded: [[String]]? = nil,
    within limits: ServingLimits = .init()
  ) throws(ServingError) -> [Recommendations] {
    try limits.check(k: k)
    try limits.check(batch: queries.rowCount)
    let more = excluded?.map(\.count).max() ?? 0
    try limits.check(identifiers: more, of: "exclusions")
    return try answering { () throws -> [Recommendations] in
      guard queries.rowCount > 0 else { return [] }
      let vectors = try retriever.model.embedQueries(queries)
      let found = try liveRetriever.nearest(
        k + more, to: vectors, vectors: retriever.model.task.queryVectors)
      return found.enumerated().map { row, items in
        guard let names = excluded.map({ Set($0[row]) }) else { return Recommendations(items) }
        let (kept, last) = (
          items.filter { !names.contains($0.identifier) },
          items.filter { names.contains($0.identifier) }
        )
        return Recommendations(Array((kept + last).prefix(k)))
      }
    }
  }

  /// The vectors of queries: n x (vectors of a query * dimensions).
  ///
  /// - Throws: `ServingError`.
  public func embed(
    _ queries: Dataset, within limits: ServingLimits = .init()
  ) throws(ServingError) -> Matrix {
    try limits.check(batch: queries.rowCount)
    return try answering { () throws -> Matrix in try retriever.model.embedQueries(queries) }
  }
}
