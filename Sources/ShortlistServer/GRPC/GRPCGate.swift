import ShortlistServing

/// What stands in front of the methods: who may call, and what is told of it.
struct GRPCGate: Sendable {
  /// A call that has begun.
  struct Call: Sendable {
    var method: GRPCService.Method?
    fileprivate var path: String
    fileprivate var caller: String?
    fileprivate let beginning: RequestWatch.Beginning
  }

  let service: GRPCService
  var access = AccessControl()
  var watch = RequestWatch()
  /// How long a call may take to come in.
  var timeout = Duration.seconds(30)

  /// - Parameter header: the value of a header, by its name in small letters.
  func begin(_ header: @escaping @Sendable (String) -> String?) -> Call {
    let path = header(":path") ?? ""
    let route = { GRPCService.Method(rawValue: path)?.rawValue ?? "" }
    return Call(
      path: path,
      beginning: watch.begin(String(path.prefix(200)), route: route(), over: .grpc, header))
  }

  /// Finds the method, and whether it may be called.
  ///
  /// - Throws: `ServingError`: `unimplemented` for a method that is none, `unauthenticated` or `permissionDenied` for
  ///   a caller that may not call it.
  func admit(_ call: inout Call, authorization: String?) throws(ServingError) {
    let method = try GRPCService.Method(path: call.path)
    call.caller = try access.check(Scope(neededFor: method), authorization: authorization)
    call.method = method
  }

  /// - Returns: headers that the answer bears.
  func end(_ call: Call, _ error: ServingError.Code?) -> [(name: String, value: String)] {
    let faults: [ServingError.Code] = [.internalError, .unknown, .dataLoss]
    return watch.end(
      call.beginning, status: error?.rawValue ?? 0, isFault: error.map(faults.contains) ?? false,
      caller: call.caller, String(call.path.prefix(200)), over: .grpc)
  }
}
