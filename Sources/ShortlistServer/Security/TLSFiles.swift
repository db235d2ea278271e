/// Where the certificates of a server stand, as PEM.
public struct TLSFiles: Sendable, Hashable {
  /// The server's certificate, and those that lead to its authority.
  public var certificates: String
  /// The private key of the server's certificate.
  public var key: String
  /// The authorities one of which must have signed what a client shows; nil where clients show nothing.
  public var clientAuthorities: String?

  public init(certificates: String, key: String, clientAuthorities: String? = nil) {
    (self.certificates, self.key) = (certificates, key)
    self.clientAuthorities = clientAuthorities
  }
}
