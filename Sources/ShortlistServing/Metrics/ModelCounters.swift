import Synchronization

/// What can be asked of a model.
package enum ServedCall: Int, Sendable, CaseIterable {
  case predict, recommend, similar, explain, items, events

  package var name: String {
    switch self {
    case .predict: "predict"
    case .recommend: "recommend"
    case .similar: "similar"
    case .explain: "explain"
    case .items: "items"
    case .events: "events"
    }
  }
}

/// How a request came in.
package enum Entrypoint: Int, Sendable, CaseIterable {
  case rest, grpc

  package var name: String { self == .rest ? "REST" : "GRPC" }
}

/// The requests of one model, counted from any thread without a lock.
package final class ModelCounters: Sendable {
  /// The requests of one call.
  package final class Call: Sendable {
    /// By the number of the code; 0 for those that were answered.
    private let codes = InlineArray<17, Atomic<Int>> { _ in Atomic(0) }
    package let latency = LatencyHistogram()
    private let phases = InlineArray<4, LatencyHistogram> { _ in LatencyHistogram() }

    fileprivate func note(_ error: ServingError.Code?, _ timing: Timing?) {
      codes[error?.rawValue ?? 0].add(1, ordering: .relaxed)
      guard error == nil, let timing else { return }
      latency.note(timing.length)
      for place in timing.phases.indices where timing.phases[place] > 0 {
        phases[place].note(timing.phases[place])
      }
    }

    /// The codes that have come up, with how often; nil is for requests that were answered.
    package var counts: [(error: ServingError.Code?, count: Int)] {
      codes.indices.compactMap { place in
        let count = codes[place].load(ordering: .relaxed)
        return count == 0 ? nil : (ServingError.Code(rawValue: place), count)
      }
    }

    package func histogram(of phase: Timing.Phase) -> LatencyHistogram { phases[phase.rawValue] }
  }

  private let calls: [Call]

  package init() {
    calls = (0..<ServedCall.allCases.count * Self.entrypoints).map { _ in Call() }
  }

  private static let entrypoints = Entrypoint.allCases.count

  package func of(_ call: ServedCall, _ entrypoint: Entrypoint) -> Call {
    calls[call.rawValue * Self.entrypoints + entrypoint.rawValue]
  }

  /// Counts a request; one that was answered also by the time it took.
  package func note(
    _ call: ServedCall, _ entrypoint: Entrypoint, error: ServingError.Code?, since timing: Timing?
  ) {
    of(call, entrypoint).note(error, timing)
  }
}
