import ShortlistServing

/// What logs and traces are told of requests.
struct RequestWatch: Sendable {
  enum Entrypoint: String, Sendable { case http, grpc }

  /// What is known of a request before it is answered.
  struct Request: Sendable {
    let entrypoint: Entrypoint
    /// What the caller calls it, if that makes sense.
    let id: String?
    fileprivate let traceID: String?
    fileprivate let start: ContinuousClock.Instant
    fileprivate let span: RequestSpan?
  }

  var log: EventLog?
  /// Whether requests that succeed are logged too.
  var logsEverything = false
  var beginSpan: BeginSpan?

  /// Whether something is told of every request.
  private var watchesAll: Bool { logsEverything || beginSpan != nil }

  /// - Parameters:
  ///   - route: what was called, without what is different in every call.
  ///   - header: the value of a header, by its name in small letters.
  func begin(
    _ route: @autoclosure () -> String, over entrypoint: Entrypoint,
    _ header: @escaping @Sendable (String) -> String?
  ) -> Request {
    let id = header("x-request-id").flatMap { RequestID.isSane($0) ? $0 : nil }
    guard watchesAll else {
      return Request(entrypoint: entrypoint, id: id, traceID: nil, start: .now, span: nil)
    }
    return Request(
      entrypoint: entrypoint, id: id ?? RequestID.random(),
      traceID: header("traceparent").flatMap(RequestID.trace), start: .now,
      span: beginSpan?(route(), header))
  }

  /// - Parameters:
  ///   - status: the number that HTTP or gRPC has for it.
  ///   - isFault: whether the server, not the caller, is to blame.
  ///   - call: what was called, as the caller wrote it.
  ///   - caller: whose token it was.
  /// - Returns: headers that the answer bears.
  func end(
    _ request: Request, status: Int, isFault: Bool, call: @autoclosure () -> String, caller: String?
  ) -> [(name: String, value: String)] {
    var headers = request.span?.end(request.entrypoint, status, isFault) ?? []
    guard watchesAll || isFault else {
      return request.id.map { [("x-request-id", $0)] } ?? []
    }
    let id = request.id ?? RequestID.random()
    headers.append(("x-request-id", id))
    let level = isFault ? EventLog.Level.error : .info
    if let log, isFault || logsEverything, log.takes(level) {
      let microseconds = (ContinuousClock.now - request.start) / .microseconds(1)
      log.note(
        level, "request",
        [
          "request_id": .text(id), "trace_id": .text(request.traceID ?? ""),
          "entrypoint": .text(request.entrypoint.rawValue), "call": .text(call()),
          "status": .integer(status), "milliseconds": .number(microseconds.rounded() / 1_000),
          "caller": .text(caller ?? ""),
        ])
    }
    return headers
  }
}

/// Begins a span of a trace: a name and the headers of a request go in.
typealias BeginSpan =
  @Sendable (_ name: String, _ header: @escaping @Sendable (String) -> String?) -> RequestSpan

struct RequestSpan: Sendable {
  /// Takes the status, and whether the server is to blame; gives headers that tell the caller of the span.
  let end:
    @Sendable (RequestWatch.Entrypoint, _ status: Int, _ isFault: Bool)
      -> [(name: String, value: String)]
}
