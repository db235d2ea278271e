/// How much one request may ask for.
public struct ServingLimits: Sendable, Hashable {
  /// The largest k.
  public var k = 1_000
  /// The most identifiers in one list of a request.
  public var identifiers = 10_000
  /// The most requests in one call.
  public var batch = 1_024
  /// The largest body, in bytes.
  public var body = 4 << 20

  public init() {}

  func check(k: Int) throws(ServingError) {
    guard k >= 1, k <= self.k else {
      throw ServingError(.invalidArgument, "k is \(k); expected 1 to \(self.k)")
    }
  }

  func check(identifiers count: Int, of name: String) throws(ServingError) {
    guard count <= identifiers else {
      throw ServingError(
        .invalidArgument, "\(name) names \(count) items; \(identifiers) are the limit")
    }
  }

  /// - Throws: `ServingError.invalidArgument` for more than one call may hold.
  public func check(batch count: Int) throws(ServingError) {
    guard count <= batch else {
      throw ServingError(
        .invalidArgument, "\(count) requests in one call; \(batch) are the limit")
    }
  }
}
