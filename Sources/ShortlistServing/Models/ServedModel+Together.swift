package import Shortlist
import ShortlistIndex
import ShortlistTensors

/// Searches that are done together with those that wait for the same version.
extension ServedModel {
  /// Where and how a search is done.
  package struct Joining: Sendable {
    /// Runs a body on a thread of its own; false, at once, where too many wait already.
    package var run: @Sendable (@escaping @Sendable () -> Void) -> Bool
    /// Whether somebody still waits for the answer.
    package var isWanted: @Sendable () -> Bool
    /// The most searches that wait.
    package var limit: Int

    package init(
      limit: Int, run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Bool,
      isWanted: @escaping @Sendable () -> Bool = { true }
    ) {
      (self.limit, self.run, self.isWanted) = (limit, run, isWanted)
    }
  }

  /// How a search that was done together ended.
  package struct Joined: Sendable {
    package let answers: Result<[Recommendations], ServingError>
    /// When the search began.
    package let began: Int
    /// The queries that were searched for together.
    package let size: Int
  }

  /// The most items that a search may want that is done together with others.
  private static let largestK = 100

  /// Whether it pays to search together: an exact index reads all vectors for each search, but once for a batch. A ScaNN
  /// index reads other vectors for each query.
  package var joinsSearches: Bool { retriever.index.isExact }

  /// Whether a request may be answered together with others: one that chooses few items is answered faster alone.
  package func joins(_ request: RecommendationRequest) -> Bool {
    joinsSearches && request.k <= Self.largestK && request.include == nil && request.filter == nil
  }

  package func joins(_ k: Int, _ excluded: [[String]]?) -> Bool {
    joinsSearches && k + (excluded?.map(\.count).max() ?? 0) <= Self.largestK
  }

  /// Searches that are done at once: a large catalogue keeps all cores busy with one.
  static func workers(of retriever: Retriever) -> Int {
    let pieces = retriever.catalogue.embeddings.count >> 22
    return max(1, Parallel.threads / max(1, pieces))
  }

  /// The best items for a request, found together with what waits.
  ///
  /// - Returns: false, at once, where too many wait already; nothing is finished then.
  /// - Throws: `ServingError` for a request beyond the limits.
  package func recommend(
    _ request: RecommendationRequest, within limits: ServingLimits, _ joining: Joining,
    finish: @escaping @Sendable (Joined) -> Void
  ) throws(ServingError) -> Bool {
    try check(request, limits)
    return join(.recommend(request), joining, finish) { () throws(ServingError) in
      let query = try self.query(of: request)
      return try self.answering { () throws -> PreparedSearch in
        try self.retriever.prepare(query)
      }
    }
  }

  /// As `search(_:for:excluding:within:)`, found together with what waits.
  ///
  /// - Returns: false, at once, where too many wait already; nothing is finished then.
  /// - Throws: `ServingError` for a search beyond the limits.
  package func search(
    _ k: Int, for queries: Dataset, excluding excluded: [[String]]?, within limits: ServingLimits,
    _ joining: Joining, finish: @escaping @Sendable (Joined) -> Void
  ) throws(ServingError) -> Bool {
    try check(k, queries, excluded, limits)
    let more = excluded?.map(\.count).max() ?? 0
    let ordered: @Sendable (Joined) -> Void = { joined in
      guard let excluded else { return finish(joined) }
      finish(
        Joined(
          answers: joined.answers.map { $0.puttingLast(excluded, k) }, began: joined.began,
          size: joined.size))
    }
    return join(.search(k, queries, excluding: excluded), joining, ordered) {
      () throws(ServingError) in
      try self.answering { () throws -> PreparedSearch in
        PreparedSearch(k + more, to: try self.retriever.model.embedQueries(queries))
      }
    }
  }

  private func join(
    _ request: KeptRequest, _ joining: Joining, _ finish: @escaping @Sendable (Joined) -> Void,
    prepare: @escaping @Sendable () throws(ServingError) -> PreparedSearch
  ) -> Bool {
    let job = SearchBatcher.Job(prepare: prepare, isWanted: joining.isWanted) {
      [self] answers, began, size in
      if case .success(let found) = answers {
        traffic.note(found, by: self, since: began, to: request)
      }
      finish(Joined(answers: answers, began: began, size: size))
    }
    return batcher.add(job, limit: joining.limit, run: joining.run) { [retriever] searches in
      try retriever.answer(searches)
    }
  }
}
