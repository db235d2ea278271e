/// The pages of other sites that may read what the server answers (CORS); none unless said otherwise.
struct CrossOrigin: Sendable {
  /// As browsers write them: `https://shop.example`, with a port where it is not the usual one.
  var origins: Set<String> = []

  /// What a browser asks before it sends a request of such a page; nil for any other request.
  func preflight(_ request: HTTPRequest) -> HTTPResponse? {
    guard !origins.isEmpty, request.method == "OPTIONS", let origin = request.headers["origin"],
      origins.contains(origin), request.headers["access-control-request-method"] != nil
    else { return nil }
    var response = HTTPResponse(text: "")
    response.headers += [
      ("access-control-allow-origin", origin), ("vary", "origin"),
      ("access-control-allow-methods", "GET, POST, PUT, DELETE"),
      ("access-control-allow-headers", "authorization, content-type, traceparent, x-request-id"),
      ("access-control-max-age", "600"),
    ]
    return response
  }

  /// Adds what lets such a page read an answer.
  func allow(_ headers: HTTPFields, in response: inout HTTPResponse) {
    guard !origins.isEmpty else { return }
    response.headers.append(("vary", "origin"))
    guard let origin = headers["origin"], origins.contains(origin) else { return }
    response.headers += [
      ("access-control-allow-origin", origin),
      ("access-control-expose-headers", "retry-after, traceparent, www-authenticate, x-request-id"),
    ]
  }
}
