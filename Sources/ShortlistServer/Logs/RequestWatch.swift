import ShortlistServing

/// What logs and traces are told of requests.
struct RequestWatch: Sendable {
  var log: EventLog?
  /// Whether requests that succeed are logged too.
  var logsEverything = false
  /// How a span of a trace begins; nil where nobody traces.
  var beginSpan: BeginSpan?

  /// - Parameters:
  ///   - call: what was called, as the caller wrote it.
  ///   - route: the same without what is different in every call.
  ///   - header: the value of a header, by its name in small letters.
  func begin(
    _ call: @autoclosure () -> String, route: @autoclosure () -> String,
    over entrypoint: WatchedRequest.Entrypoint,
    _ header: @escaping @Sendable (String) -> String?
  ) -> Beginning {
    let id = header("x-request-id").flatMap { RequestID.isSane($0) ? $0 : nil }
    guard logsEverything || beginSpan != nil else { return Beginning(id: id) }
    return Beginning(
      id: id,
      request: WatchedRequest(
        call(), over: entrypoint, id: id ?? RequestID.random(),
        trace: header("traceparent").flatMap(RequestID.trace), span: beginSpan?(route(), header),
        log: logsEverything ? log : nil))
  }

  /// What is known of a request before it is answered.
  struct Beginning: Sendable {
    /// What the caller calls it, if that makes sense.
    var id: String?
    var request: WatchedRequest?
  }

  /// - Parameters:
  ///   - status: the number that HTTP or gRPC has for it.
  ///   - isFault: whether the server, not the caller, is to blame.
  ///   - caller: whose token it was.
  ///   - call: what was called, as the caller wrote it.
  /// - Returns: headers that the answer bears.
  func end(
    _ beginning: Beginning, status: Int, isFault: Bool, caller: String?,
    _ call: @autoclosure () -> String, over entrypoint: WatchedRequest.Entrypoint
  ) -> [(name: String, value: String)] {
    if let request = beginning.request {
      if isFault, !logsEverything { log?.note(request, status, isFault: true, caller) }
      return request.end(status, isFault: isFault, caller)
    }
    guard isFault else { return beginning.id.map { [("x-request-id", $0)] } ?? [] }
    let request = WatchedRequest(
      call(), over: entrypoint, id: beginning.id ?? RequestID.random(), log: log)
    return request.end(status, isFault: true, caller)
  }
}
