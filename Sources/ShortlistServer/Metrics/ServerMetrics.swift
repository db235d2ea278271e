import ShortlistServing
import ShortlistTensors
import Synchronization

/// What the server counts. It is written for Prometheus by `text(of:)`, and by `tensorFlowText(of:)` under the names of
/// TensorFlow Serving.
final class ServerMetrics: Sendable {
  typealias Call = ServedCall

  struct Request {
    /// Nil where the request names no model that is there: callers could make up any number of names.
    var model: ModelCounters?
    var call: Call
    var error: ServingError.Code?
    var entrypoint = Entrypoint.rest
  }

  /// What is so at this moment, which the sockets know.
  struct Gauges {
    var connections: @Sendable () -> Int
    var queueDepth: @Sendable () -> Int
    var queueLimit: Int
  }

  /// Requests that name no model.
  let unnamed = ModelCounters()
  /// Queries that were computed together.
  let batches = SizeHistogram()
  let gauges = Guarded<Gauges?>(nil)

  /// Counts a request; one that was answered also by the time it took.
  func note(_ request: Request, since timing: Timing? = nil) {
    (request.model ?? unnamed).note(
      request.call, request.entrypoint, error: request.error, since: timing)
  }
}

/// How many, counted in powers of two from any thread without a lock.
final class SizeHistogram: Sendable {
  private let counts = InlineArray<12, Atomic<Int>> { _ in Atomic(0) }
  private let total = Atomic<Int>(0)

  /// 1, 2, 4, ..., 1024.
  static let limits = (0..<11).map { 1 << $0 }

  func note(_ size: Int) {
    counts[Self.limits.firstIndex { size <= $0 } ?? Self.limits.count].add(1, ordering: .relaxed)
    total.add(size, ordering: .relaxed)
  }

  var snapshot: (counts: [Int], total: Int) {
    (counts.indices.map { counts[$0].load(ordering: .relaxed) }, total.load(ordering: .relaxed))
  }
}
