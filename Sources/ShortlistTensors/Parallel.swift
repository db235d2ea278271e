private import Dispatch
private import Foundation
private import Synchronization

/// Work over all cores, one region at a time.
///
/// Work is cut into chunks by its size alone, never by the number of threads, and results come back in
/// the order of the chunks: so a sum over them has the same bits on one thread and on many.
public enum Parallel {
  /// The most threads that a region uses: the cores of the machine, or the environment variable
  /// `SHORTLIST_THREADS`. Set it for a scope with `Parallel.$threads.withValue(1) { ... }`.
  @TaskLocal public static var threads: Int = defaultThreads()

  private static func defaultThreads() -> Int {
    let process = ProcessInfo.processInfo
    guard let wanted = process.environment["SHORTLIST_THREADS"].flatMap({ Int($0) }) else {
      return process.activeProcessorCount
    }
    return max(1, wanted)
  }

  /// Calls `body` once for each chunk in `0..<chunks`, on as many threads as allowed.
  ///
  /// A chunk of less than 200 microseconds is not worth its hand-over.
  package static func forEach(_ chunks: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(chunks, threads)
    guard workers > 1 else {
      for chunk in 0..<max(0, chunks) { body(chunk) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard chunk < chunks else { return }
        body(chunk)
      }
    }
  }

  /// The results of `body` for each chunk in `0..<chunks`, in order.
  package static func map<Result: Sendable>(
    _ chunks: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    guard min(chunks, threads) > 1 else { return (0..<max(0, chunks)).map(body) }
    let results = Guarded<[Result?]>(Array(repeating: nil, count: chunks))
    forEach(chunks) { chunk in
      let result = body(chunk)
      results.withLock { $0[chunk] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}
