import Foundation
import ShortlistServing
import ShortlistTensors

/// What the server counts, and how it is written for Prometheus (text format 0.0.4), with the names of TensorFlow Serving
/// where it has them.
final class ServerMetrics: Sendable {
  enum Call: String, Sendable, Hashable { case predict, recommend, similar, explain, items, events }

  struct Request: Hashable, Sendable {
    var model: String
    var call: Call
    var error: ServingError.Code?
    var entrypoint = "REST"
  }

  private struct Latencies {
    var counts = [Int](repeating: 0, count: 34)
    var sum = 0.0
  }

  private struct Key: Hashable {
    let model: String
    let call: Call
    let entrypoint: String

    /// TensorFlow Serving writes it with a capital for gRPC.
    var api: String { entrypoint == "GRPC" ? call.rawValue.capitalized : call.rawValue }
  }

  private struct State {
    var requests: [Request: Int] = [:]
    var latencies: [Key: Latencies] = [:]
  }

  private let state = Guarded<State>(.init())

  /// The limits of TensorFlow Serving: 10 x 1.8^i microseconds.
  private static let limits = (0..<33).map { 10 * pow(1.8, Double($0)) }

  /// Counts a request; one that was answered also by the time it took.
  func note(_ request: Request, since start: ContinuousClock.Instant? = nil) {
    let microseconds = start.map { (ContinuousClock.now - $0) / .microseconds(1) }
    state.withLock { state in
      state.requests[request, default: 0] += 1
      guard request.error == nil, let microseconds else { return }
      let place = Self.limits.firstIndex { microseconds <= $0 } ?? Self.limits.count
      let key = Key(model: request.model, call: request.call, entrypoint: request.entrypoint)
      state.latencies[key, default: .init()].counts[place] += 1
      state.latencies[key]?.sum += microseconds
    }
  }

  func text(of store: ModelStore) -> String {
    let state = state.withLock { $0 }
    var text = "# TYPE :tensorflow:serving:request_count counter\n"
    var byStatus: [String: Int] = [:]
    for (request, count) in state.requests {
      let labels =
        "model_name=\"\(Self.escaped(request.model))\",status=\"\(request.error?.name ?? "OK")\""
      byStatus[labels, default: 0] += count
    }
    for (labels, count) in byStatus.sorted(by: { $0.key < $1.key }) {
      text += ":tensorflow:serving:request_count{\(labels)} \(count)\n"
    }
    text += "# TYPE :tensorflow:serving:request_latency histogram\n"
    let latencies = state.latencies.map { key, value in
      (
        "model_name=\"\(Self.escaped(key.model))\",API=\"\(key.api)\",entrypoint=\"\(key.entrypoint)\"",
        value
      )
    }
    for (labels, value) in latencies.sorted(by: { $0.0 < $1.0 }) {
      let name = ":tensorflow:serving:request_latency"
      var running = 0
      for (place, count) in value.counts.enumerated() {
        running += count
        let limit = place < Self.limits.count ? "\(Self.limits[place])" : "+Inf"
        text += "\(name)_bucket{\(labels),le=\"\(limit)\"} \(running)\n"
      }
      text += "\(name)_sum{\(labels)} \(value.sum)\n\(name)_count{\(labels)} \(running)\n"
    }
    text += "# TYPE shortlist_model_available gauge\n"
    for name in store.names {
      for status in (try? store.status(.init(name: name))) ?? [] {
        text +=
          "shortlist_model_available{model_name=\"\(Self.escaped(name))\",version=\"\(status.version)\"} "
          + "\(status.state == .available ? 1 : 0)\n"
      }
    }
    return text
  }

  private static func escaped(_ label: String) -> String {
    label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
