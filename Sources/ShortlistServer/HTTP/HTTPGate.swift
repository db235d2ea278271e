import ShortlistServing

/// What stands in front of the routes: who may call, which pages may read the answer, and what is told of it.
struct HTTPGate: Sendable {
  let service: HTTPService
  var access = AccessControl()
  var crossOrigin = CrossOrigin()
  var watch = RequestWatch()
  var limits: ServingLimits { service.limits }

  func answer(_ request: HTTPRequest) -> HTTPService.Answer {
    if let response = crossOrigin.preflight(request) { return .ready(response) }
    let headers = request.headers
    let (method, path) = (request.method, request.path)
    let beginning = watch.begin("\(method) \(path.prefix(200))", route: request.route, over: .http)
    {
      headers[$0]
    }
    let answer: HTTPService.Answer
    var caller: String?
    do throws(ServingError) {
      caller = try check(request)
      answer = service.answer(request)
    } catch {
      answer = .ready(.refusal(error))
    }
    return answer.map { [caller] response in
      response.headers += watch.end(
        beginning, status: response.status, isFault: response.status >= 500, caller: caller,
        "\(method) \(path.prefix(200))", over: .http)
      crossOrigin.allow(headers, in: &response)
    }
  }

  /// - Returns: whose token it was, where one was needed.
  private func check(_ request: HTTPRequest) throws(ServingError) -> String? {
    // What no browser sends on behalf of a page is not looked at closely where everything is allowed.
    if access.isOpen, request.headers["origin"] == nil { return nil }
    let scope = Scope(neededFor: request)
    guard let scope, access.tokens != nil || scope != .read else { return nil }
    let caller = try access.check(scope, authorization: request.headers["authorization"])
    if scope != .read {
      try access.checkOrigin(
        request.headers["origin"], host: request.headers["host"], allowed: crossOrigin.origins)
    }
    return caller
  }
}

extension HTTPRequest {
  /// The path with what is different in every call left out: `POST /v1/models/{model}:recommend`.
  fileprivate var route: String {
    guard let model = target.model else { return "\(method) \(path.prefix(64))" }
    guard let parts = try? model.get() else { return method }
    var route = "\(method) /v1/models/{model}"
    let actions = ["predict", "recommend", "similar", "explain"]
    if let action = parts.action, actions.contains(action) { route += ":\(action)" }
    let resources = ["metadata", "items", "events"]
    if let resource = parts.resource.first?.lowercased(), resources.contains(resource) {
      route += "/\(resource)"
    }
    return route
  }
}

extension Answer {
  /// The answer with a change to its value, once that is there.
  func map(_ change: @escaping @Sendable (inout Value) -> Void) -> Answer {
    switch self {
    case .ready(var value):
      change(&value)
      return .ready(value)
    case .work(let cost, let body):
      return .work(cost: cost) {
        var value = body()
        change(&value)
        return value
      }
    case .query(var query):
      query.finish = { [finish = query.finish] found, began in
        var value = finish(found, began)
        change(&value)
        return value
      }
      return .query(query)
    case .search(var search):
      search.finish = { [finish = search.finish] found, began in
        var value = finish(found, began)
        change(&value)
        return value
      }
      return .search(search)
    }
  }
}

extension HTTPResponse {
  /// What somebody is told who may not call.
  static func refusal(_ error: ServingError) -> HTTPResponse {
    var response = problem(error)
    if error.code == .unauthenticated {
      response.headers.append(("www-authenticate", "Bearer realm=\"shortlist\""))
    }
    return response
  }
}
