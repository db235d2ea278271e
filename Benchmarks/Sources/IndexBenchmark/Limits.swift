import CShortlistKernels
import Dispatch
import Shortlist

/// What the machine can do at most.
enum Limits {
  private static let kernels = sl_kernels_best().pointee
  private static let iterations = 1_000_000

  /// Reads every vector once and adds it up: the least that a search must do. Two streams read a little
  /// faster than one. Vectors that stay in a cache can be searched faster than this loop reads.
  static func read(_ vectors: Matrix, threads: Int) {
    vectors.values.withUnsafeBytes { values in
      nonisolated(unsafe) let bytes = values
      everyThread(threads) { thread in
        let step = MemoryLayout<SIMD16<Float>>.stride
        let half = bytes.count / (2 * threads) / step * step
        var place = 2 * half * thread
        let end = place + half
        var first = SIMD16<Float>.zero
        var second = SIMD16<Float>.zero
        while place < end {
          first += bytes.loadUnaligned(fromByteOffset: place, as: SIMD16<Float>.self)
          second += bytes.loadUnaligned(fromByteOffset: place + half, as: SIMD16<Float>.self)
          place += step
        }
        precondition((first + second).sum().isFinite)
      }
    }
  }

  /// Fused multiply-adds in registers on every thread; `operations` says how many.
  static func multiplyAndAdd(threads: Int) {
    everyThread(threads) { _ in precondition(kernels.peak(iterations).isFinite) }
  }

  static func operations(threads: Int) -> Double {
    24 * Double(kernels.lanes * iterations * threads)
  }

  private static func everyThread(_ threads: Int, _ body: @Sendable (Int) -> Void) {
    guard threads > 1 else { return body(0) }
    DispatchQueue.concurrentPerform(iterations: threads, execute: body)
  }
}

/// The shortest of many runs of a limit and of what is held against it, in turns: those that other
/// programs disturbed least.
func fastest(
  atLeast total: Double = 2, _ limit: () -> Void, _ body: () throws -> Void
) rethrows -> (limit: Double, body: Double) {
  let clock = ContinuousClock()
  let start = clock.now
  var best = (limit: Double.infinity, body: Double.infinity)
  var runs = 0
  while runs < 5 || start.duration(to: clock.now) < .seconds(total) {
    best.limit = min(best.limit, clock.measure(limit) / .seconds(1))
    best.body = try min(best.body, clock.measure(body) / .seconds(1))
    runs += 1
  }
  return best
}
