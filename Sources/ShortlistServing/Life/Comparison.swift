import Dispatch
import Shortlist
import ShortlistTensors
import Synchronization

/// Asks a second version in the background what a first one has answered, and keeps how much they agree.
///
/// Where it cannot keep up, requests are left out: nobody waits for it.
final class Comparison: Sendable {
  /// The most requests that wait.
  private static let queue = 32

  let first: Int
  let second: ServedModel
  private let worker: DispatchQueue
  private let waiting = Atomic<Int>(0)
  private let dropped = Atomic<Int>(0)
  private let result = Guarded<ComparisonSummary>(.init())

  /// - Parameter first: the version whose answers are compared.
  init(_ first: Int, _ second: ServedModel) {
    self.first = first
    self.second = second
    worker = DispatchQueue(label: "shortlist.comparison", qos: .background)
  }

  /// - Parameter length: what the answers took, in nanoseconds.
  func offer(_ request: KeptRequest, _ answers: [Recommendations], in length: Int) {
    guard waiting.add(1, ordering: .relaxed).newValue <= Self.queue, request.isSmall else {
      waiting.subtract(1, ordering: .relaxed)
      dropped.add(1, ordering: .relaxed)
      return
    }
    worker.async { [self] in
      defer { waiting.subtract(1, ordering: .relaxed) }
      let start = Timing.now
      let others = try? second.answer(request)
      let took = Timing.now - start
      result.withLock { $0.note(answers, others, length, took) }
    }
  }

  var summary: ComparisonSummary {
    var summary = result.withLock { $0 }
    summary.dropped = dropped.load(ordering: .relaxed)
    return summary
  }
}

/// How two versions have answered the same requests.
package struct ComparisonSummary: Sendable {
  /// Lists that have been compared.
  package private(set) var compared = 0
  /// Requests that the second version could not answer.
  package private(set) var failed = 0
  /// Requests that were left out because too many waited.
  package fileprivate(set) var dropped = 0
  private var overlaps = 0.0
  private var rankBiased = 0.0
  private var lengths = (first: 0, second: 0)

  /// The mean share of items that both lists have.
  package var overlap: Double? { compared > 0 ? overlaps / Double(compared) : nil }
  /// The mean rank-biased overlap, in which the first places count most.
  package var rankBiasedOverlap: Double? { compared > 0 ? rankBiased / Double(compared) : nil }
  /// What the second version takes, divided by what the first does.
  package var latencyRatio: Double? {
    lengths.first > 0 ? Double(lengths.second) / Double(lengths.first) : nil
  }

  /// The same, with the second version as the first.
  var swapped: ComparisonSummary {
    var summary = self
    summary.lengths = (lengths.second, lengths.first)
    return summary
  }

  mutating func note(
    _ answers: [Recommendations], _ others: [Recommendations]?, _ length: Int, _ took: Int
  ) {
    guard let others, others.count == answers.count else {
      failed += 1
      return
    }
    lengths.first += length
    lengths.second += took
    for (one, other) in zip(answers, others) {
      compared += 1
      overlaps += Agreement.overlap(one, other)
      rankBiased += Agreement.rankBiasedOverlap(one, other)
    }
  }
}
