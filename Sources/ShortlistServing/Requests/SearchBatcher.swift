import ShortlistTensors

/// Puts work together that waits for the same version.
///
/// Nothing waits for others to come: work begins at once while a worker is free, and what comes while all are busy is
/// one batch for the first that is free again. So a lone search takes as long as without it.
final class SearchBatcher: Sendable {
  struct Job: Sendable {
    let question: KeptRequest
    let limits: ServingLimits
    let joining: ServedModel.Joining
    let finish: @Sendable (ServedModel.Joined) -> Void
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

  /// How many searches wait.
  var depth: Int { state.withLock { $0.waiting.count } }

  /// Takes a search; false, at once, where too many wait already.
  ///
  /// - Parameter answer: answers several at once, and finishes each.
  func add(_ job: Job, answer: @escaping @Sendable ([Job]) -> Void) -> Bool {
    let (number, starts) = state.withLock { state -> (Int?, Bool) in
      guard state.waiting.count < job.joining.limit else { return (nil, false) }
      state.number += 1
      state.waiting.append((state.number, job))
      guard state.workers < workers else { return (state.number, false) }
      state.workers += 1
      return (state.number, true)
    }
    guard let number else { return false }
    let run = job.joining.run
    guard starts, !run({ self.work(run, answer) }) else { return true }
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

  /// Takes what waits, and goes on for as long as something does.
  private func work(
    _ run: @escaping ServedModel.Joining.Runner, _ answer: @escaping @Sendable ([Job]) -> Void
  ) {
    while true {
      let jobs = state.withLock { state in
        let jobs = state.waiting.prefix(Self.largest).map(\.job)
        state.waiting.removeFirst(jobs.count)
        if jobs.isEmpty { state.workers -= 1 }
        return jobs
      }
      guard !jobs.isEmpty else { return }
      answer(jobs.filter { $0.joining.isWanted() })
      // Other work gets its turn.
      if run({ self.work(run, answer) }) { return }
    }
  }
}
