internal import Dispatch
internal import Foundation
internal import ShortlistTensors
internal import Synchronization

extension LiveIndex {
  /// Builds the index anew over what is there; searches and changes go on meanwhile.
  ///
  /// - Throws: `FileError` if the disk is full or cannot be written: the index stays as it was, and nothing is
  ///   left behind.
  public func compact() throws {
    try compaction.withLock { failure in
      do {
        try compactNow()
        failure = nil
      } catch {
        failure = error
        throw error
      }
    }
  }

  /// Why the last compaction failed; nil if it did not. Waits for one that runs.
  public var compactionError: (any Error)? { compaction.withLock { $0 } }

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

  /// Begins a compaction in the background where enough has changed.
  func compactIfDue() {
    guard configuration.compactsByItself else { return }
    let isDue = writer.withLock { writer in
      let snapshot = writer.state.snapshot
      let changes = snapshot.recent.total + snapshot.hidden.count
      let limit = max(
        configuration.compactionMinimum,
        Int(configuration.compactionShare * Double(snapshot.base.identifiers.count)))
      return writer.journal == nil && changes >= max(limit, writer.nextAttempt)
    }
    guard isDue, !isCompactionDue.exchange(true, ordering: .acquiringAndReleasing) else { return }
    DispatchQueue.global(qos: .utility).async { [weak self] in
      guard let self else { return }
      defer { isCompactionDue.store(false, ordering: .releasing) }
      try? compact()
    }
  }

  /// Begins a compaction in the background if recent queries find less than they should.
  ///
  /// - Returns: the recall that was measured; nil before any query.
  /// - Throws: what a search throws.
  @discardableResult
  public func compactIfRecallFell() throws -> Double? {
    guard let recall = try measuredRecall() else { return nil }
    if recall < configuration.recall - 0.02 { try compact() }
    return recall
  }

  private func compactNow() throws {
    let (snapshot, generation) = try beginLog()
    do {
      let base = try rebuilt(snapshot)
      try files.writeBase(base, generation)
      try takeOver(base, generation)
    } catch {
      writer.withLock { writer in
        writer.journal = nil
        writer.nextAttempt =
          writer.state.snapshot.recent.total + writer.state.snapshot.hidden.count
          + configuration.compactionMinimum
        files.removeOthers(than: writer.base, logs: files.logs(from: writer.base))
      }
      throw error
    }
  }

  /// Lets a new log take what changes from now on; returns what stood before it, and its generation.
  private func beginLog() throws -> (LiveSnapshot, Int) {
    try writer.withLock { writer in
      if let refusal = writer.refusal { throw refusal }
      try writer.log.synchronize()
      let file = files.log(writer.generation + 1)
      let log: WriteAheadLog
      do {
        log = try WriteAheadLog(creating: file)
      } catch {
        // The log before it goes on being the last.
        try? FileManager.default.removeItem(at: file)
        throw error
      }
      writer.generation += 1
      writer.log = log
      writer.length = 0
      writer.journal = []
      let sequence = appended.withLock {
        $0.log = log
        return $0.sequence
      }
      flushed.withLock { $0 = max($0, sequence) }
      return (writer.state.snapshot, writer.generation)
    }
  }

  private func rebuilt(_ snapshot: LiveSnapshot) throws -> LiveBase {
    let (identifiers, vectors) = snapshot.contents()
    let asked = queries.vectors
    let index: any VectorIndex =
      configuration.kind == .exact || vectors.rows < 1000
      ? try ExactIndex(vectors, similarity: similarity)
      : try IndexChoice(
        over: vectors, kind: configuration.kind, queries: asked.rows >= 50 ? asked : nil,
        recall: configuration.recall, configuration: configuration.scann, similarity: similarity
      ).index
    return LiveBase(identifiers, vectors, dimensions: dimensions, index: index)
  }

  /// Puts a base in force, with the changes that came while it was made.
  private func takeOver(_ base: LiveBase, _ generation: Int) throws {
    try writer.withLock { writer in
      do {
        try files.writeCurrent(generation, dimensions: dimensions, similarity: similarity)
      } catch {
        // Renamed, but perhaps not flushed: what the file says is in force.
        guard try files.readCurrent()?.generation == generation else { throw error }
      }
      var state = LiveState(LiveSnapshot(base))
      for change in writer.journal ?? [] { state.apply(change) }
      writer.journal = nil
      writer.nextAttempt = 0
      writer.base = generation
      writer.state = state
      let shown = state.snapshot
      snapshot.withLock { $0 = shown }
      files.removeOthers(than: generation, logs: files.logs(from: generation))
    }
  }
}
