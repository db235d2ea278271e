#if Server
  import Foundation
  import NIOCore
  import NIOHPACK
  import NIOHTTP2
  import NIOPosix
  import Synchronization

  /// A client of HTTP/2 that sends what it is told, right or wrong.
  final class HTTP2Client {
    struct Reply: Sendable {
      var heads: [HPACKHeaders] = []
      var body: [UInt8] = []
      var hasEnded = false
      var isReset = false

      func header(_ name: String) -> String? {
        heads.compactMap { $0.first(name: name) }.first
      }
      var status: Int? { header("grpc-status").flatMap { Int($0) } }
      /// The message, without the five bytes before it.
      var message: [UInt8] { Array(body.dropFirst(5)) }
    }

    /// A call that has begun.
    struct Call {
      let channel: any Channel
      fileprivate let reply: EventLoopFuture<Reply>

      func send(_ bytes: [UInt8], isLast: Bool) throws {
        let data = HTTP2Frame.FramePayload.Data(
          data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: isLast)
        try channel.writeAndFlush(HTTP2Frame.FramePayload.data(data)).wait()
      }
      func answer() throws -> Reply { try reply.wait() }
      func reset() { channel.close(promise: nil) }
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let channel: any Channel
    private let streams: NIOHTTP2Handler.StreamMultiplexer

    init(port: Int) throws {
      // Before the connection stands, or the first bytes of the server would be lost.
      let ready = group.next().makePromise(of: NIOHTTP2Handler.StreamMultiplexer.self)
      let bootstrap = ClientBootstrap(group: group)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelInitializer { channel in
          channel.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
          ) { $0.eventLoop.makeSucceededVoidFuture() }.map { ready.succeed($0) }
        }
      do {
        channel = try bootstrap.connect(host: "127.0.0.1", port: port).wait()
      } catch {
        ready.fail(error)
        throw error
      }
      streams = try ready.futureResult.wait()
    }

    func close() {
      channel.close(promise: nil)
      try? group.syncShutdownGracefully()
    }

    static func headers(_ path: String, _ more: [(String, String)] = []) -> HPACKHeaders {
      var headers: HPACKHeaders = [
        ":method": "POST", ":scheme": "http", ":path": path, ":authority": "test",
      ]
      headers.add(name: "content-type", value: "application/grpc")
      headers.add(name: "te", value: "trailers")
      let pseudo = more.filter { $0.0.hasPrefix(":") }
      for (name, value) in more where !name.hasPrefix(":") {
        headers.replaceOrAdd(name: name, value: value)
      }
      return HPACKHeaders(
        headers.map { name, value, _ in
          (name, pseudo.first { $0.0 == name }?.1 ?? value)
        })
    }

    func begin(_ headers: HPACKHeaders, isLast: Bool = false) throws -> Call {
      let reply = channel.eventLoop.makePromise(of: Reply.self)
      let opened = channel.eventLoop.makePromise(of: (any Channel).self)
      streams.createStreamChannel(promise: opened) { stream in
        stream.eventLoop.makeCompletedFuture {
          try stream.pipeline.syncOperations.addHandler(Collector(reply))
        }
      }
      let stream = try opened.futureResult.wait()
      try stream.writeAndFlush(
        HTTP2Frame.FramePayload.headers(.init(headers: headers, endStream: isLast))
      ).wait()
      return Call(channel: stream, reply: reply.futureResult)
    }

    func call(
      _ path: String, _ message: [UInt8], _ more: [(String, String)] = []
    ) throws -> Reply {
      let call = try begin(Self.headers(path, more))
      // It may have been answered, and ended, before the message goes out.
      try? call.send(Self.framed(message), isLast: true)
      return try call.answer()
    }

    static func framed(_ message: [UInt8], flag: UInt8 = 0, size: Int? = nil) -> [UInt8] {
      let size = UInt32(size ?? message.count)
      return [flag] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } + message
    }
  }

  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    private var reply = HTTP2Client.Reply()
    private let promise: EventLoopPromise<HTTP2Client.Reply>

    init(_ promise: EventLoopPromise<HTTP2Client.Reply>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .headers(let part):
        reply.heads.append(part.headers)
        reply.hasEnded = part.endStream
      case .data(let part):
        if case .byteBuffer(let bytes) = part.data { reply.body += bytes.readableBytesView }
        reply.hasEnded = part.endStream
      case .rstStream: reply.isReset = true
      default: break
      }
      if reply.hasEnded { promise.succeed(reply) }
    }

    func channelInactive(context: ChannelHandlerContext) { promise.succeed(reply) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      reply.isReset = true
    }
  }

  /// Sends bytes over plain TCP and gives what comes back until the other side ends, or a second has passed.
  func sendRaw(_ bytes: [UInt8], to port: Int, on group: any EventLoopGroup) throws -> [UInt8] {
    let heard = HeardBytes()
    let channel = try ClientBootstrap(group: group).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(Listener(heard))
      }
    }.connect(host: "127.0.0.1", port: port).wait()
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    let late = channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    try channel.closeFuture.wait()
    late.cancel()
    return heard.bytes
  }

  /// Sends bytes over plain TCP and goes away.
  func sendAndLeave(_ bytes: [UInt8], to port: Int, on group: any EventLoopGroup) throws {
    let channel = try ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).wait()
    try? channel.writeAndFlush(ByteBuffer(bytes: bytes)).wait()
    Thread.sleep(forTimeInterval: 0.01)
    try? channel.close().wait()
  }

  private final class HeardBytes: Sendable {
    private let state = Mutex<[UInt8]>([])
    var bytes: [UInt8] { state.withLock { $0 } }
    func append(_ more: ByteBufferView) { state.withLock { $0 += more } }
  }

  private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let heard: HeardBytes
    init(_ heard: HeardBytes) { self.heard = heard }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      heard.append(unwrapInboundIn(data).readableBytesView)
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
#endif
