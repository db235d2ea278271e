import Foundation
import Synchronization

/// How long things took, counted in buckets from any thread without a lock.
package final class LatencyHistogram: Sendable {
  private let counts = InlineArray<34, Atomic<Int>> { _ in Atomic(0) }
  private let nanoseconds = Atomic<Int>(0)

  package init() {}

  /// The largest length of each bucket but the last, in nanoseconds: those of TensorFlow Serving, which are 10 x 1.8^i
  /// microseconds.
  package static let limits = (0..<33).map { Int((10_000 * pow(1.8, Double($0))).rounded()) }

  package func note(_ length: Int) {
    counts[Self.bucket(of: length)].add(1, ordering: .relaxed)
    nanoseconds.add(length, ordering: .relaxed)
  }

  /// The place of the first limit that is not less.
  static func bucket(of length: Int) -> Int {
    var (low, high) = (0, limits.count)
    while low < high {
      let middle = (low + high) / 2
      if limits[middle] < length { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What has been counted: for each bucket how many, and the sum of all lengths in seconds.
  package var snapshot: (counts: [Int], seconds: Double) {
    (
      counts.indices.map { counts[$0].load(ordering: .relaxed) },
      Double(nanoseconds.load(ordering: .relaxed)) / 1e9
    )
  }
}
