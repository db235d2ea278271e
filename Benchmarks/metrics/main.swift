import Foundation

/// What counting costs a request, in processor time, so that other work on the machine does not show.
func measure(_ name: String, threads: Int, _ body: @escaping @Sendable () -> Void) {
  let turns = 2_000_000
  let start = clock()
  DispatchQueue.concurrentPerform(iterations: threads) { _ in for _ in 0..<turns { body() } }
  let each = Double(clock() - start) * 1e9 / Double(CLOCKS_PER_SEC) / Double(turns * threads)
  print("\(name), \(threads) threads: \(String(format: "%.1f", each)) ns")
}

let counters = ModelCounters()
let past = Timing()
for threads in [1, 2] {
  measure("reading the clock", threads: threads) { _ = Timing.now }
  measure("a refused request", threads: threads) {
    counters.note(.recommend, .rest, error: .notFound, since: nil)
  }
  measure("an answered one, without phases", threads: threads) {
    counters.note(.recommend, .rest, error: nil, since: past)
  }
  measure("an answered one with four phases, five looks at the clock", threads: threads) {
    var timing = Timing()
    for phase in Timing.Phase.allCases { timing.end(phase) }
    counters.note(.recommend, .rest, error: nil, since: timing)
  }
}
