#if Server
  import Foundation
  import NIOCore
  import NIOHTTP1
  import NIOPosix
  public import ShortlistServing
  import ShortlistTensors

  /// A server of the models of a store.
  ///
  /// ```swift
  /// let server = Server(store, configuration)
  /// try server.start()
  /// ...
  /// server.stop()
  /// ```
  public final class Server: Sendable {
    private let configuration: ServerConfiguration
    private let http: HTTPService
    private let grpc: GRPCService
    private let group: MultiThreadedEventLoopGroup
    private let pool: WorkPool
    private let drain = Flag()
    private let listeners = Guarded<Listeners>(.init())
    private let connections = Connections()

    private struct Listeners {
      var http: (any Channel)?
      var grpc: (any Channel)?
    }

    public init(_ store: ModelStore, _ configuration: ServerConfiguration = .init()) {
      self.configuration = configuration
      let predict = PredictService(store: store, limits: configuration.limits)
      let metrics = ServerMetrics()
      http = HTTPService(
        predict: predict, metrics: metrics, takesChanges: configuration.isLoopback)
      grpc = GRPCService(
        predict: predict, metrics: metrics, takesReloads: configuration.isLoopback)
      group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
      let pool = WorkPool(threads: System.coreCount, queue: configuration.queue)
      self.pool = pool
      let limit = configuration.queue
      metrics.gauges.withLock { [connections] in
        $0 = .init(
          connections: { connections.count }, queueDepth: { pool.depth }, queueLimit: limit)
      }
    }

    /// The port of HTTP that the server listens on, once it does.
    public var httpPort: Int? { listeners.withLock { $0.http?.localAddress?.port } }

    /// The port of gRPC that the server listens on, once it does and if it is wanted.
    public var grpcPort: Int? { listeners.withLock { $0.grpc?.localAddress?.port } }

    /// Begins to listen.
    ///
    /// - Throws: `ServingError.unavailable` where an address cannot be had.
    public func start() throws(ServingError) {
      let (http, grpc, pool, drain) = (http, grpc, pool, drain)
      let timeout = TimeAmount.nanoseconds(Int64(configuration.idleTimeout / .nanoseconds(1)))
      let listener = try listen(configuration.httpPort) { channel in
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(IdleStateHandler(readTimeout: timeout))
        try pipeline.configureHTTPServerPipeline(
          withPipeliningAssistance: true, withErrorHandling: true)
        try pipeline.addHandler(HTTPHandler(http, pool: pool, drain: drain))
      }
      listeners.withLock { $0.http = listener }
      guard let port = configuration.grpcPort else { return }
      do throws(ServingError) {
        let listener = try listen(port) { channel in
          try GRPCConnection.configure(channel, grpc, pool: pool, timeout: timeout)
        }
        listeners.withLock { $0.grpc = listener }
      } catch {
        closeListeners()
        throw error
      }
    }

    /// A listener whose connections a block prepares.
    private func listen(
      _ port: Int, _ prepare: @escaping @Sendable (any Channel) throws -> Void
    ) throws(ServingError) -> any Channel {
      let connections = connections
      let bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelOption(.maxMessagesPerRead, value: 16)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            connections.add(channel)
            try prepare(channel)
          }
        }
      do {
        return try bootstrap.bind(host: configuration.host, port: port).wait()
      } catch {
        throw ServingError(
          .unavailable, "\(configuration.host):\(port): cannot listen: \(error)")
      }
    }

    private func closeListeners() {
      let open = listeners.withLock { listeners in
        let open = [listeners.http, listeners.grpc].compactMap { $0 }
        listeners = .init()
        return open
      }
      for listener in open { try? listener.close().wait() }
    }

    /// Takes no more connections, lets the requests that run come to their end, and stops.
    public func stop() {
      drain.set()
      closeListeners()
      let end = ContinuousClock.now + configuration.gracePeriod
      connections.closeIdle()
      while connections.count > 0, ContinuousClock.now < end { connections.wait() }
      try? group.syncShutdownGracefully()
      pool.stop()
    }
  }

  /// The connections that are open.
  private final class Connections: Sendable {
    private let open = Guarded<[ObjectIdentifier: any Channel]>([:])

    var count: Int { open.withLock { $0.count } }

    func add(_ channel: any Channel) {
      let id = ObjectIdentifier(channel)
      open.withLock { $0[id] = channel }
      channel.closeFuture.whenComplete { [open] _ in open.withLock { $0[id] = nil } }
    }

    /// Tells every connection that the server stops: those without a request end now.
    func closeIdle() {
      for channel in open.withLock({ Array($0.values) }) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
      }
    }

    func wait() { Thread.sleep(forTimeInterval: 0.005) }
  }
#endif
