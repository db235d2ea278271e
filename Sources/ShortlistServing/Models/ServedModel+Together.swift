package import Shortlist
import ShortlistTensors

/// Searches that are done together with those that wait for the same version.
extension ServedModel {
  /// Where a search is done that waits.
  package struct Joining: Sendable {
    /// Runs a body on a thread of its own; false, at once, where too many wait already.
    package typealias Runner = @Sendable (@escaping @Sendable () -> Void) -> Bool

    let limit: Int
    package let run: Runner
    package let isWanted: @Sendable () -> Bool
    let note: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - limit: the most searches that wait.
    ///   - isWanted: whether somebody still waits for the answer.
    ///   - note: told how many searches are done together, once for all of them.
    package init(
      limit: Int, run: @escaping Runner, isWanted: @escaping @Sendable () -> Bool = { true },
      note: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
      (self.limit, self.run, self.isWanted, self.note) = (limit, run, isWanted, note)
    }
  }

  /// How a search that was done together ended.
  package struct Joined: Sendable {
    package let answers: Result<[Recommendations], ServingError>
    /// When the search began.
    package let began: Int
  }

  /// The most items that a search may want that is done together with others.
  private static let largestK = 100

  /// Whether a request may be answered together with others. It pays where one pass over an exact index is enough for all;
  /// a ScaNN index reads other vectors for each query, and a request that chooses few items is answered faster alone.
  package func joins(_ request: RecommendationRequest) -> Bool {
    retriever.answersTogether && request.k <= Self.largestK && request.include == nil
      && request.filter == nil && request.history == nil
  }

  /// The same of a search.
  package func joins(_ k: Int, _ excluded: [[String]]?) -> Bool {
    retriever.index.isExact && k + (excluded?.map(\.count).max() ?? 0) <= Self.largestK
  }

  /// Searches that are done at once: a large catalogue keeps all cores busy with one.
  static func workers(of retriever: Retriever) -> Int {
    let pieces = retriever.catalogue.embeddings.count >> 22
    return max(1, Parallel.threads / max(1, pieces))
  }

  /// The best items for a request, found together with what waits.
  ///
  /// - Returns: false, at once, where too many wait already; nothing is finished then.
  package func recommend(
    _ request: RecommendationRequest, within limits: ServingLimits, _ joining: Joining,
    finish: @escaping @Sendable (Joined) -> Void
  ) -> Bool {
    join(
      .init(
        question: .recommend(request), limits: limits, joining: joining, finish: finish))
  }

  /// As `search(_:for:excluding:within:)`, found together with what waits.
  ///
  /// - Returns: false, at once, where too many wait already; nothing is finished then.
  package func search(
    _ k: Int, for queries: Dataset, excluding excluded: [[String]]?, within limits: ServingLimits,
    _ joining: Joining, finish: @escaping @Sendable (Joined) -> Void
  ) -> Bool {
    join(
      .init(
        question: .search(k, queries, excluding: excluded), limits: limits, joining: joining,
        finish: finish))
  }

  private func join(_ job: SearchBatcher.Job) -> Bool {
    batcher.add(job) { [self] jobs in answer(jobs) }
  }

  private func answer(_ jobs: [SearchBatcher.Job]) {
    guard let first = jobs.first else { return }
    first.joining.note(jobs.count)
    let began = Timing.now
    var recommended: [(job: SearchBatcher.Job, request: RecommendationRequest)] = []
    var searched: [(job: SearchBatcher.Job, search: Search)] = []
    for job in jobs {
      switch job.question {
      case .recommend(let request): recommended.append((job, request))
      case .search(let k, let queries, let excluded):
        searched.append((job, Search(k: k, queries: queries, excluded: excluded)))
      case .similar: job.finish(.init(answers: .success([]), began: began))
      }
    }
    // The limits are those of the server, the same for all.
    for (one, found) in zip(
      recommended, recommend(recommended.map(\.request), within: first.limits))
    {
      one.job.finish(.init(answers: found.map { [$0] }, began: began))
    }
    for (one, found) in zip(searched, search(searched.map(\.search), within: first.limits)) {
      one.job.finish(.init(answers: found, began: began))
    }
  }
}
