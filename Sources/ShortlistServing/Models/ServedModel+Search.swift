public import Shortlist
import ShortlistTensors
import Synchronization

/// Search without what recommending does around it: nothing seen is left out, and unknown users get the vector of
/// unknown values. This is what a SavedModel of the same artefact answers.
extension ServedModel {
  /// Queries, how many items they want, and for each what is put last.
  struct Search {
    let k: Int
    let queries: Dataset
    let excluded: [[String]]?

    /// How many items have to be found.
    var wanted: Int { k + (excluded?.map(\.count).max() ?? 0) }
  }

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
    try search([Search(k: k, queries: queries, excluded: excluded)], within: limits)[0].get()
  }

  /// Several searches in one pass over the index; one that cannot be done is no matter to the others.
  func search(
    _ searches: [Search], within limits: ServingLimits
  ) -> [Result<[Recommendations], ServingError>] {
    let start = Timing.now
    let answers = found(searches, within: limits)
    for (search, answer) in zip(searches, answers) {
      guard case .success(let found) = answer else { continue }
      traffic.note(
        found, by: self, since: start,
        to: .search(search.k, search.queries, excluding: search.excluded))
    }
    return answers
  }

  /// As `search`, but neither counted nor remembered.
  func found(
    _ searches: [Search], within limits: ServingLimits = .init()
  ) -> [Result<[Recommendations], ServingError>] {
    let vectors = searches.map { search in
      Result { () throws(ServingError) in
        try check(search, limits)
        return try answering { () throws -> Matrix in
          try retriever.model.embedQueries(search.queries)
        }
      }
    }
    let ready = vectors.indices.filter { (try? vectors[$0].get())?.rows ?? 0 > 0 }
    let parts = ready.compactMap { try? vectors[$0].get() }
    var found: Result<[[Recommendation]], ServingError> = .success([])
    if let wanted = ready.map({ searches[$0].wanted }).max() {
      found = Result { () throws(ServingError) in
        try answering { () throws -> [[Recommendation]] in
          try liveRetriever.nearest(
            wanted, to: Matrix(stacking: parts, columns: parts[0].columns),
            vectors: retriever.model.task.queryVectors)
        }
      }
    }
    var next = 0
    return zip(searches, vectors).map { search, vectors in
      vectors.flatMap { vectors in
        defer { next += vectors.rows }
        return found.map { search.answers(in: $0[next..<next + vectors.rows]) }
      }
    }
  }

  private func check(_ search: Search, _ limits: ServingLimits) throws(ServingError) {
    try limits.check(k: search.k)
    try limits.check(batch: search.queries.rowCount)
    try limits.check(identifiers: search.wanted - search.k, of: "exclusions")
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

extension ServedModel.Search {
  /// Of what was found for each query the first k, those that are named after all others.
  fileprivate func answers(in found: ArraySlice<[Recommendation]>) -> [Recommendations] {
    found.enumerated().map { row, items in
      let items = items.prefix(wanted)
      guard let names = excluded.map({ Set($0[row]) }) else { return Recommendations(Array(items)) }
      let (kept, last) = (
        items.filter { !names.contains($0.identifier) },
        items.filter { names.contains($0.identifier) }
      )
      return Recommendations(Array((kept + last).prefix(k)))
    }
  }
}
