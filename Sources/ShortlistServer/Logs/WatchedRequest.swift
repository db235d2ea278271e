import Synchronization

/// A request that a log or a trace is told of, once it ends.
///
/// One that nobody ends was never answered: its caller went away, or there was no room for it.
final class WatchedRequest: Sendable {
  enum Entrypoint: String, Sendable { case http, grpc }

  let id: String
  let call: String
  let entrypoint: Entrypoint
  let trace: String?
  let start = ContinuousClock.now
  private let span: RequestSpan?
  private let log: EventLog?
  private let hasEnded = Atomic<Bool>(false)

  init(
    _ call: String, over entrypoint: Entrypoint, id: String, trace: String? = nil,
    span: RequestSpan? = nil, log: EventLog?
  ) {
    (self.call, self.entrypoint, self.id) = (call, entrypoint, id)
    (self.trace, self.span, self.log) = (trace, span, log)
  }

  deinit {
    // Too many requests, and cancelled.
    _ = end(entrypoint == .http ? 429 : 1, isFault: false, nil)
  }

  /// - Returns: headers that the answer bears.
  func end(
    _ status: Int, isFault: Bool, _ caller: String?
  ) -> [(name: String, value: String)] {
    guard !hasEnded.exchange(true, ordering: .relaxed) else { return [] }
    log?.note(self, status, isFault: isFault, caller)
    return (span?.end(entrypoint, status, isFault) ?? []) + [("x-request-id", id)]
  }
}

extension EventLog {
  func note(_ request: WatchedRequest, _ status: Int, isFault: Bool, _ caller: String?) {
    let level = isFault ? Level.error : .info
    guard takes(level) else { return }
    let microseconds = (ContinuousClock.now - request.start) / .microseconds(1)
    note(
      level, "request",
      [
        "request_id": .text(request.id), "trace_id": .text(request.trace ?? ""),
        "entrypoint": .text(request.entrypoint.rawValue), "call": .text(request.call),
        "status": .integer(status), "milliseconds": .number(microseconds.rounded() / 1_000),
        "caller": .text(caller ?? ""),
      ])
  }
}

/// Begins a span of a trace: a name and the headers of a request go in.
typealias BeginSpan =
  @Sendable (_ name: String, _ header: @escaping @Sendable (String) -> String?) -> RequestSpan

struct RequestSpan: Sendable {
  /// Takes the status, and whether the server is to blame; gives headers that tell the caller of the span.
  let end:
    @Sendable (WatchedRequest.Entrypoint, _ status: Int, _ isFault: Bool)
      -> [(name: String, value: String)]
}
