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
    private let service: HTTPService
    private let group: MultiThreadedEventLoopGroup
    private let pool: WorkPool
    private let drain = Drain()
    private let listener = Guarded<(any Channel)?>(nil)
    private let connections = Connections()

    public init(_ store: ModelStore, _ configuration: ServerConfiguration = .init()) {
      self.configuration = configuration
      service = HTTPService(
        predict: PredictService(store: store, limits: configuration.limits),
        metrics: ServerMetrics())
      group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
      pool = WorkPool(threads: System.coreCount, queue: configuration.queue)
    }

    /// The port of HTTP that the server listens on, once it does.
    public var httpPort: Int? { listener.withLock { $0?.localAddress?.port } }

    /// Begins to listen.
    ///
    /// - Throws: `ServingError.unavailable` where the address cannot be had.
    public func start() throws(ServingError) {
      let (service, pool, drain, connections) = (service, pool, drain, connections)
      let timeout = TimeAmount.nanoseconds(Int64(configuration.idleTimeout / .nanoseconds(1)))
      let bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelOption(.maxMessagesPerRead, value: 16)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            connections.add(channel)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(IdleStateHandler(readTimeout: timeout))
            try pipeline.configureHTTPServerPipeline(
              withPipeliningAssistance: true, withErrorHandling: true)
            try pipeline.addHandler(HTTPHandler(service, pool: pool, drain: drain))
          }
        }
      do {
        let channel = try bootstrap.bind(host: configuration.host, port: configuration.httpPort)
          .wait()
        listener.withLock { $0 = channel }
      } catch {
        throw ServingError(
          .unavailable,
          "\(configuration.host):\(configuration.httpPort): cannot listen: \(error)")
      }
    }

    /// Takes no more connections, lets the requests that run come to their end, and stops.
    public func stop() {
      drain.begin()
      try? listener.withLock { $0 }?.close().wait()
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
