import ShortlistServing

struct HTTPResponse: Sendable {
  var status: Int
  /// Of the body.
  var type: String
  /// Beside content-type, content-length and what concerns the connection.
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  init(
    _ status: Int = 200, type: String = "application/json",
    headers: [(name: String, value: String)] = [], body: [UInt8]
  ) {
    self.status = status
    self.type = type
    self.headers = headers
    self.body = body
  }

  init(_ status: Int = 200, text: String) {
    self.init(status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  /// JSON that a block writes.
  init(
    _ status: Int = 200, type: String = "application/json", json: (inout JSONWriter) -> Void
  ) {
    var writer = JSONWriter()
    writer.object(json)
    self.init(status, type: type, body: writer.bytes)
  }
}

extension ServingError.Code {
  /// The status of HTTP that TensorFlow Serving answers with.
  var httpStatus: Int {
    switch self {
    case .invalidArgument, .failedPrecondition, .outOfRange: 400
    case .unauthenticated: 401
    case .permissionDenied: 403
    case .notFound: 404
    case .alreadyExists, .aborted: 409
    case .resourceExhausted: 429
    case .cancelled: 499
    case .internalError, .unknown, .dataLoss: 500
    case .unimplemented: 501
    case .unavailable: 503
    case .deadlineExceeded: 504
    }
  }
}

extension HTTPResponse {
  /// Prometheus's text.
  static func metrics(_ text: String) -> HTTPResponse {
    HTTPResponse(type: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
  }

  /// A failure as TensorFlow Serving writes it.
  static func tensorFlow(_ error: ServingError, status: Int? = nil) -> HTTPResponse {
    HTTPResponse(status ?? error.code.httpStatus) { $0.member("error", error.message) }
  }

  /// A failure as the recommendation API writes it (RFC 9457).
  ///
  /// - Parameter status: of HTTP, where it is not that of the code.
  static func problem(_ error: ServingError, status: Int? = nil) -> HTTPResponse {
    let status = status ?? error.code.httpStatus
    var response = HTTPResponse(status, type: "application/problem+json") { json in
      json.member("type", "about:blank")
      json.member("title", error.code.title)
      json.member("status", status)
      json.member("detail", error.message)
      json.member("code", error.code.name)
    }
    if error.code == .resourceExhausted { response.headers.append(("retry-after", "1")) }
    return response
  }
}

extension ServingError.Code {
  fileprivate var title: String {
    let words = name.split(separator: "_").joined(separator: " ").lowercased()
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
