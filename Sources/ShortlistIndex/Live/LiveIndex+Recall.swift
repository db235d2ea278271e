internal import Dispatch
internal import ShortlistTensors
internal import Synchronization

/// When the recall of recent queries is to be measured, and how much to expect of it.
struct RecallWatch: Sendable {
  var isMeasuring = false
  var next = ContinuousClock.now
  /// What was found after the last compaction for the sake of recall, where no other came since: the next begins
  /// only where less is found, or a target out of reach would bring one compaction after another.
  var reached: Double?
}

extension LiveIndex {
  /// The share of the true neighbours that recent queries find now; nil before any was asked.
  ///
  /// - Throws: what a search throws.
  public func measuredRecall(k: Int = 10) throws -> Double? {
    let queries = queries.vectors
    let snapshot = current
    guard queries.rows > 0, snapshot.count > 0 else { return nil }
    if snapshot.base.index.isExact { return 1 }
    let (identifiers, vectors) = snapshot.contents()
    let exact = try ExactIndex(vectors, similarity: similarity).nearest(k, to: queries)
    var found = 0
    var wanted = 0
    for query in 0..<queries.rows {
      let truth = Set(exact[query].map { identifiers[$0.row] })
      found += try snapshot.nearest(k, to: queries.rows(query..<query + 1)).count {
        truth.contains($0.identifier)
      }
      wanted += truth.count
    }
    return Double(found) / Double(max(1, wanted))
  }

  /// Compacts if recent queries find less than they should.
  ///
  /// This also happens in the background, at most every `recallInterval`, where compactions begin by
  /// themselves.
  ///
  /// - Returns: the recall that was measured; nil before any query.
  /// - Throws: what a search and a compaction throw.
  @discardableResult
  public func compactIfRecallFell() throws -> Double? {
    guard let recall = try measuredRecall() else { return nil }
    let expected = min(configuration.recall, recallWatch.withLock { $0.reached } ?? 1)
    guard recall < expected - Self.recallTolerance else { return recall }
    try compact()
    let reached = try measuredRecall()
    recallWatch.withLock { $0.reached = reached }
    return recall
  }

  /// What a sample of queries may find less by chance.
  private static let recallTolerance = 0.02
  /// Queries from which a measurement says something.
  private static let leastQueries = 100

  /// Measures recall in the background where that is due; a search that notices does not wait.
  ///
  /// - Parameter kept: how many queries the sample has.
  func measureRecallIfDue(kept: Int) {
    guard configuration.compactsByItself, kept >= Self.leastQueries else { return }
    let isDue = recallWatch.withLockIfAvailable { watch in
      guard !watch.isMeasuring, ContinuousClock.now >= watch.next else { return false }
      watch.isMeasuring = true
      return true
    }
    guard isDue == true else { return }
    DispatchQueue.global(qos: .utility).async { [weak self] in
      guard let self else { return }
      // An error of the compaction is kept as `compactionError`.
      _ = try? compactIfRecallFell()
      recallWatch.withLock { watch in
        watch.isMeasuring = false
        watch.next = ContinuousClock.now + configuration.recallInterval
      }
    }
  }
}
