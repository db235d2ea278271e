public import Shortlist
import ShortlistTensors
import Synchronization

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
    try check(k, queries, excluded, limits)
    let start = Timing.now
    let found = try found(k, for: queries, excluding: excluded)
    traffic.note(found, by: self, since: start, to: .search(k, queries, excluding: excluded))
    return found
  }

  func check(
    _ k: Int, _ queries: Dataset, _ excluded: [[String]]?, _ limits: ServingLimits
  ) throws(ServingError) {
    try limits.check(k: k)
    try limits.check(batch: queries.rowCount)
    try limits.check(identifiers: excluded?.map(\.count).max() ?? 0, of: "exclusions")
  }

  func found(
    _ k: Int, for queries: Dataset, excluding excluded: [[String]]?
  ) throws(ServingError) -> [Recommendations] {
    let more = excluded?.map(\.count).max() ?? 0
    return try answering { () throws -> [Recommendations] in
      guard queries.rowCount > 0 else { return [] }
      let vectors = try retriever.model.embedQueries(queries)
      let found =
        if isChanged.load(ordering: .acquiring) {
          try liveRetriever.nearest(
            k + more, to: vectors, vectors: retriever.model.task.queryVectors
          ).map { Recommendations($0) }
        } else {
          try retriever.answer([PreparedSearch(k + more, to: vectors)])[0]
        }
      return excluded.map { found.puttingLast($0, k) } ?? found
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

extension [Recommendations] {
  /// For each list the first k, those that are named after all others.
  func puttingLast(_ names: [[String]], _ k: Int) -> [Recommendations] {
    zip(self, names).map { found, names in
      let names = Set(names)
      let (kept, last) = (
        found.filter { !names.contains($0.identifier) },
        found.filter { names.contains($0.identifier) }
      )
      return Recommendations([Recommendation]((kept + last).prefix(k)))
    }
  }
}
