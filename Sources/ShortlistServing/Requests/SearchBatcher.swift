import Shortlist
import ShortlistTensors

/// Puts searches together that wait for the same version.
///
/// Nothing waits for others to come: a search begins at once while a worker is free, and what comes while all are at
/// work is one batch for the first that is free again. So a lone search takes as long as without it.
final class SearchBatcher: Sendable {
  /// Runs a body on a thread of its own; false, at once, where too many wait already.
  typealias Runner = @Sendable (@escaping @Sendable () -> Void) -> Bool

  struct Job: Sendable {
    let prepare: @Sendable () throws(ServingError) -> PreparedSearch
    /// Whether somebody still waits for the answer.
    let isWanted: @Sendable () -> Bool
    /// - Parameters:
    ///   - began: when the search began.
    ///   - size: the queries that were searched for together.
    let finish:
      @Sendable (
        _ answer: Result<[Recommendations], ServingError>, _ began: Int, _ size: Int
      ) -> Void
  }

  private struct State {
    var waiting: [(number: Int, job: Job)] = []
    var workers = 0
    var number = 0
  }

  /// The most searches in a batch.
  private static let largest = 128

  private let state = Guarded<State>(.init())
  private let workers: Int

  /// - Parameter workers: how many batches are searched for at once.
  init(workers: Int) { self.workers = workers }

  /// Takes a search; false, at once, where too many wait already.
  func add(
    _ job: Job, limit: Int, run: @escaping Runner, search: @escaping Search
  ) -> Bool {
    let (number, starts) = state.withLock { state -> (Int?, Bool) in
      guard state.waiting.count < limit else { return (nil, false) }
      state.number += 1
      state.waiting.append((state.number, job))
      guard state.workers < workers else { return (state.number, false) }
      state.workers += 1
      return (state.number, true)
    }
    guard let number else { return false }
    guard starts, !run({ self.work(run, search) }) else { return true }
    // No thread can be had. Another worker may have taken the job all the same.
    return state.withLock { state in
      state.workers -= 1
      guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
        return true
      }
      state.waiting.remove(at: place)
      return false
    }
  }

  /// Searches for several at once; throws for all of them.
  typealias Search = @Sendable ([PreparedSearch]) throws -> [[Recommendations]]

  /// Takes what waits, and goes on for as long as something does.
  private func work(_ run: @escaping Runner, _ search: @escaping Search) {
    while true {
      let jobs = state.withLock { state in
        let jobs = state.waiting.prefix(Self.largest).map(\.job)
        state.waiting.removeFirst(jobs.count)
        if jobs.isEmpty { state.workers -= 1 }
        return jobs
      }
      guard !jobs.isEmpty else { return }
      Self.answer(jobs.filter { $0.isWanted() }, search)
      // Other work gets its turn.
      if run({ self.work(run, search) }) { return }
    }
  }

  private static func answer(_ jobs: [Job], _ search: Search) {
    let began = Timing.now
    var ready: [(job: Job, search: PreparedSearch)] = []
    for job in jobs {
      do throws(ServingError) { ready.append((job, try job.prepare())) } catch {
        job.finish(.failure(error), began, 1)
      }
    }
    guard !ready.isEmpty else { return }
    let size = ready.reduce(0) { $0 + $1.search.vectors.rows }
    if let answers = try? search(ready.map(\.search)) {
      for (one, answer) in zip(ready, answers) { one.job.finish(.success(answer), began, size) }
      return
    }
    // One that fails does not fail the others.
    for one in ready {
      let result = Result {
        try search([one.search]).first ?? []
      }.mapError { ServingError(.internalError, "\($0)") }
      one.job.finish(result, began, one.search.vectors.rows)
    }
  }
}
