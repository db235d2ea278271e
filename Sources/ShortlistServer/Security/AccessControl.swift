import Foundation
import ShortlistServing

/// Who may call what.
///
/// Without tokens everybody may read, and who can reach the machine's own address may do everything. With tokens a call
/// needs one that has its scope.
struct AccessControl: Sendable {
  var tokens: FileBacked<AccessTokens>?
  /// Whether the server listens on an address that only its own machine reaches.
  var isLoopback = true

  /// Whether every call is allowed that a header of a browser does not forbid.
  var isOpen: Bool { tokens == nil && isLoopback }

  /// - Parameters:
  ///   - scope: what the call needs.
  ///   - authorization: the header of that name.
  /// - Returns: whose token it was, where one was needed.
  /// - Throws: `ServingError`: `unauthenticated` for a token that is missing or unknown, `permissionDenied` for one
  ///   without the scope, and for a change that nobody could be asked to account for.
  @discardableResult
  func check(_ scope: Scope?, authorization: String?) throws(ServingError) -> String? {
    guard let scope else { return nil }
    guard let tokens = tokens?.value else {
      guard scope == .read || isLoopback else {
        throw ServingError(
          .permissionDenied,
          "a call that needs the scope \(scope.rawValue) is refused, since the server can be reached from other "
            + "machines and has no tokens; start it with --tokens FILE, or with --host 127.0.0.1")
      }
      return nil
    }
    guard let authorization else {
      throw ServingError(
        .unauthenticated,
        "a token with the scope \(scope.rawValue) is needed: authorization: Bearer TOKEN")
    }
    guard let token = Self.token(in: authorization), let grant = tokens.grant(of: token) else {
      throw ServingError(
        .unauthenticated,
        "the token is not one of those that the server knows; expected authorization: Bearer TOKEN")
    }
    guard grant.scopes.contains(scope) else {
      throw ServingError(
        .permissionDenied,
        "the token of \(grant.name) has not the scope \(scope.rawValue), which this call needs")
    }
    return grant.name
  }

  /// What follows `Bearer` (RFC 6750).
  private static func token(in authorization: String) -> Substring? {
    let words = authorization.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    return words[1]
  }

  /// A page of another site that a browser shows on this machine must not change anything here, where no token
  /// tells it from the user.
  ///
  /// - Throws: `ServingError.permissionDenied`.
  func checkOrigin(
    _ origin: String?, host: String?, allowed: Set<String>
  ) throws(ServingError) {
    guard tokens == nil, let origin, !allowed.contains(origin) else { return }
    // A name that is not of this machine may have been pointed at it to pass for the same site.
    if let host, Self.isOfThisMachine(host),
      origin == "http://\(host)" || origin == "https://\(host)"
    {
      return
    }
    throw ServingError(
      .permissionDenied,
      "a page of \(origin.prefix(100)) changes nothing here; start the server with --tokens FILE, or allow the "
        + "page with --cors-origin")
  }

  static func isOfThisMachine(_ host: String) -> Bool {
    let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } : host.prefix { $0 != ":" }
    if name == "localhost" || name == "[::1" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
