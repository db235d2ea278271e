import Foundation
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization

/// Calls over one connection: a stream is used for one call, and the next begins when it has ended.
final class Load: Sendable {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel
  private let streams: NIOHTTP2Handler.StreamMultiplexer
  private let times = Mutex<[Double]>([])
  private let failure = Mutex<String?>(nil)

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

  struct Failure: Error { let message: String }

  /// The time of each call in microseconds.
  func run(streams count: Int, seconds: Double) throws -> [Double] {
    times.withLock { $0 = [] }
    let end = ContinuousClock.now + .seconds(seconds)
    let chains = (0..<count).map { _ in
      let done = channel.eventLoop.makePromise(of: Void.self)
      channel.eventLoop.execute { self.next(until: end, done) }
      return done.futureResult
    }
    try EventLoopFuture.andAllComplete(chains, on: channel.eventLoop).wait()
    if let message = failure.withLock({ $0 }) { throw Failure(message: message) }
    return times.withLock { $0 }
  }

  private func next(until end: ContinuousClock.Instant, _ done: EventLoopPromise<Void>) {
    let start = ContinuousClock.now
    guard start < end, failure.withLock({ $0 }) == nil else { return done.succeed() }
    streams.createStreamChannel { stream in
      stream.eventLoop.makeCompletedFuture {
        let call = Call { problem in
          let time = (ContinuousClock.now - start) / .microseconds(1)
          if let problem { self.failure.withLock { $0 = problem } }
          self.times.withLock { $0.append(time) }
          self.next(until: end, done)
        }
        try stream.pipeline.syncOperations.addHandler(call)
      }
    }
  }
}

/// One call: sends its request when the stream begins, and tells how it ended.
private final class Call: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let ended: (String?) -> Void
  private var status: String?
  private var size = 0

  init(_ ended: @escaping (String?) -> Void) { self.ended = ended }

  private static let headers: HPACKHeaders = [
    ":method": "POST", ":scheme": "http", ":authority": "localhost",
    ":path": "/tensorflow.serving.PredictionService/Predict",
    "content-type": "application/grpc", "te": "trailers",
  ]

  /// A PredictRequest of the model `items` for one user: its fields are those of TensorFlow Serving's messages.
  private static let request: [UInt8] = {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [number << 3 | 2, UInt8(bytes.count)] + bytes
    }
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    let shape = field(2, field(2, [1 << 3, 1]))
    let tensor = [1 << 3, 7] + shape + field(8, text("user 3"))
    let message =
      field(1, field(1, text("items"))) + field(2, field(1, text("input_1")) + field(2, tensor))
    return [0, 0, 0, 0, UInt8(message.count)] + message
  }()

  func channelActive(context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.headers(.init(headers: Self.headers))), promise: nil)
    context.writeAndFlush(
      wrapOutboundOut(
        .data(.init(data: .byteBuffer(ByteBuffer(bytes: Self.request)), endStream: true))),
      promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .headers(let part):
      status = part.headers.first(name: "grpc-status") ?? status
      if part.endStream { end(part.headers.first(name: "grpc-message") ?? "") }
    case .data(let part): size += part.data.readableBytes
    default: break
    }
  }

  private func end(_ message: String) {
    // Ten scores and ten names.
    let isRight = status == "0" && size > 100
    ended(isRight ? nil : "status \(status ?? "none"), \(size) bytes: \(message)")
  }
}
