import CShortlistKernels
import Dispatch
import Foundation

/// The best and the median of a few runs, in seconds.
struct Timing {
  let best: Double
  let median: Double

  /// Calls `body` once to warm up, then `runs` times.
  init(runs: Int, _ body: (Int) throws -> Void) rethrows {
    try body(0)
    let clock = ContinuousClock()
    let times = try (1...runs).map { run in try clock.measure { try body(run) } / .seconds(1) }
    best = times.min() ?? 0
    median = times.sorted()[runs / 2]
  }
}

/// The fused-multiply-add peak of so many threads, in floating-point operations a second: the best of
/// five runs of the kernels' own measure.
func measuredPeak(threads: Int) -> Double {
  let kernels = sl_kernels_best().pointee
  let iterations = 20_000_000 / kernels.lanes * 8
  let timing = Timing(runs: 5) { _ in
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      _ = kernels.peak(iterations)
    }
  }
  return Double(24 * kernels.lanes * iterations * threads) / timing.best
}

func text(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

/// Prints cells in columns: the first to the left, the others to the right.
func report(_ cells: [String]) {
  let widths = [30] + Array(repeating: 11, count: cells.count - 1)
  let padded = zip(cells, widths).enumerated().map { index, pair in
    let space = String(repeating: " ", count: max(0, pair.1 - pair.0.count))
    return index == 0 ? pair.0 + space : space + pair.0
  }
  print(padded.joined(separator: " "))
}
