internal import Dispatch
internal import Foundation
internal import ShortlistTensors
internal import Synchronization

extension LiveIndex {
  /// Builds the index anew over what is there; searches and changes go on meanwhile.
  ///
  /// - Throws: `FileError` if the disk is full or cannot be written: the index stays as it was, and nothing is
  ///   left behind.
  public func compact() throws { try withCompaction { try compactNow(&$0) } }

  /// Works on the outcome of the last compaction while none runs. Those that begin by themselves let others go
  /// first, so that nobody waits for a row of them.
  func withCompaction<Result>(
    _ body: (inout (any Error)?) throws -> Result
  ) rethrows -> Result {
    compactionWaiters.add(1, ordering: .relaxed)
    return try compaction.withLock {
      compactionWaiters.subtract(1, ordering: .relaxed)
      return try body(&$0)
    }
  }

  /// Why the last compaction failed; nil if it did not. Waits for one that runs.
  public var compactionError: (any Error)? { withCompaction { $0 } }

  /// Begins a compaction in the background where enough has changed.
  func compactIfDue() {
    guard configuration.compactsByItself else { return }
    let isDue = writer.withLock { writer in
      let snapshot = writer.state.snapshot
      let changes = snapshot.recent.total + snapshot.hidden.count
      let share = configuration.compactionShare * Double(max(1, snapshot.base.identifiers.count))
      let limit = max(
        configuration.compactionMinimum, share >= 0 && share < 1e18 ? Int(share) : .max)
      return writer.journal == nil && changes >= max(limit, writer.nextAttempt)
    }
    guard isDue, !isCompactionDue.exchange(true, ordering: .acquiringAndReleasing) else { return }
    DispatchQueue.global(qos: .utility).async { [weak self] in
      guard let self else { return }
      defer { isCompactionDue.store(false, ordering: .releasing) }
      guard compactionWaiters.load(ordering: .relaxed) == 0 else { return }
      try? compaction.withLock { try compactNow(&$0) }
    }
  }

  private func compactNow(_ failure: inout (any Error)?) throws {
    do {
      try replaceBase()
      failure = nil
      recallWatch.withLock { $0.reached = nil }
    } catch {
      failure = error
      throw error
    }
  }

  private func replaceBase() throws {
    // Nothing of the folder is touched where this throws: it may be that of another process by now.
    let (snapshot, generation) = try beginLog()
    do {
      let base = try rebuilt(snapshot)
      try files.writeBase(base, generation)
      try takeOver(base, generation)
    } catch {
      writer.withLock { writer in
        writer.journal = nil
        writer.postponeCompaction(by: configuration.compactionMinimum)
        // Only with proof of what is in force: to keep too much is safe.
        if (try? files.readCurrent())?.generation == writer.base {
          files.removeOthers(than: writer.base, logs: files.logs(from: writer.base))
        }
      }
      throw error
    }
  }

  /// Lets a new log take what changes from now on; returns what stood before it, and its generation.
  private func beginLog() throws -> (LiveSnapshot, Int) {
    try writer.withLock { writer in
      if let refusal = writer.refusal { throw refusal }
      try writer.log.trim(to: writer.length)
      do {
        try flushed.withLock { try $0.flush(writer.log) }
      } catch {
        writer.refuseChanges(after: error)
        throw error
      }
      let file = files.log(writer.generation + 1)
      let log: WriteAheadLog
      do {
        log = try WriteAheadLog(creating: file)
      } catch {
        // The log before it goes on being the last.
        try? FileManager.default.removeItem(at: file)
        writer.postponeCompaction(by: configuration.compactionMinimum)
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
      flushed.withLock { $0.done = max($0.done, sequence) }
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
    return LiveBase(identifiers, vectors, door: door, index: index)
  }

  /// Puts a base in force, with the changes that came while it was made.
  private func takeOver(_ base: LiveBase, _ generation: Int) throws {
    var isFlushed = true
    let before = try writer.withLock { writer in
      do {
        try files.writeCurrent(generation, dimensions: dimensions, similarity: similarity)
      } catch {
        // Renamed, but perhaps not flushed: what the file says is in force.
        guard try files.readCurrent()?.generation == generation else { throw error }
        isFlushed = false
      }
      var state = LiveState(LiveSnapshot(base))
      for change in writer.journal ?? [] { state.apply(change) }
      writer.journal = nil
      writer.nextAttempt = 0
      writer.base = generation
      let before = writer.state
      writer.state = state
      let shown = state.snapshot
      snapshot.withLock { $0 = shown }
      return before
    }
    // Until the next compaction both generations stand there where it is not certain which one a crash leaves.
    if isFlushed { files.removeOthers(than: generation, logs: files.logs(from: generation)) }
    // Only here the base before may go: to free it takes long, and searches must not wait for that.
    withExtendedLifetime(before) {}
  }
}
