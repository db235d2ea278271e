public import ShortlistServing

/// Where a server listens, and how much it takes.
public struct ServerConfiguration: Sendable {
  /// The address to listen on; loopback unless said otherwise.
  public var host = "127.0.0.1"
  /// The port of HTTP; 0 for any that is free.
  public var httpPort = 8501
  /// The port of gRPC; 0 for any that is free, nil for none.
  public var grpcPort: Int? = 8500
  /// Threads that wait for sockets and answer what is quick.
  public var threads = 1
  public var limits = ServingLimits()
  /// Requests that may wait for a thread; beyond that they are refused with 429.
  public var queue = 256
  /// The largest first line of a request of HTTP with all header fields, in bytes.
  public var maximumHeader = 16 << 10
  /// How long a request of HTTP may take to come in whole.
  public var requestTimeout = Duration.seconds(30)
  /// How long a connection may be idle between two requests, or leave responses unread.
  public var idleTimeout = Duration.seconds(60)
  /// How long requests that run may take to end when the server stops.
  public var gracePeriod = Duration.seconds(10)

  public init() {}

  /// Whether nobody outside of this machine can reach the server.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
