#if Server
  import NIOCore
  import NIOSSL
  import NIOTLS
  import ShortlistServing

  /// The certificates that the server shows, read again when their files change.
  final class TLS: Sendable {
    private struct Contexts: Sendable {
      let http: NIOSSLContext
      let grpc: NIOSSLContext
    }

    private let contexts: FileBacked<Contexts>

    /// - Throws: `ServingError.invalidArgument` that names the file that is wrong.
    init(
      _ files: TLSFiles, report: @escaping @Sendable (ServingError?) -> Void = { _ in }
    ) throws(ServingError) {
      let names = [files.certificates, files.key] + [files.clientAuthorities].compactMap { $0 }
      contexts = try FileBacked(names, report: report) { () throws(ServingError) in
        Contexts(
          http: try Self.context(files, speaking: "http/1.1"),
          grpc: try Self.context(files, speaking: "h2"))
      }
    }

    /// Puts TLS in front of a connection of HTTP, which has so much time to agree on keys.
    func protect(http channel: any Channel, within timeout: TimeAmount) throws {
      try Self.protect(channel, contexts.value.http, within: timeout)
    }

    func protect(grpc channel: any Channel, within timeout: TimeAmount) throws {
      try Self.protect(channel, contexts.value.grpc, within: timeout)
    }

    private static func protect(
      _ channel: any Channel, _ context: NIOSSLContext, within timeout: TimeAmount
    ) throws {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(NIOSSLServerHandler(context: context))
      try pipeline.addHandler(HandshakeTimer(timeout))
    }

    private static func context(
      _ files: TLSFiles, speaking name: String
    ) throws(ServingError) -> NIOSSLContext {
      let chain = try reading(files.certificates, "certificates") {
        try NIOSSLCertificate.fromPEMFile($0)
      }
      guard !chain.isEmpty else {
        throw ServingError(
          .invalidArgument, "\(files.certificates): there is no certificate in it; expected PEM")
      }
      let key = try reading(files.key, "a private key") {
        try NIOSSLPrivateKey(file: $0, format: .pem)
      }
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = [name]
      if let file = files.clientAuthorities {
        let authorities = try reading(file, "certificates") {
          try NIOSSLCertificate.fromPEMFile($0)
        }
        guard !authorities.isEmpty else {
          throw ServingError(
            .invalidArgument, "\(file): there is no certificate in it; expected PEM")
        }
        configuration.trustRoots = .certificates(authorities)
        // A client is known by its authority; what it is called is nobody's business here.
        configuration.certificateVerification = .noHostnameVerification
      }
      do {
        return try NIOSSLContext(configuration: configuration)
      } catch {
        throw ServingError(
          .invalidArgument,
          "\(files.key): not the key of the certificate in \(files.certificates), or one that TLS does not take: "
            + "\(error)")
      }
    }

    private static func reading<Value>(
      _ file: String, _ what: String, _ body: (String) throws -> Value
    ) throws(ServingError) -> Value {
      do {
        return try body(file)
      } catch {
        throw ServingError(
          .invalidArgument, "\(file): \(what) cannot be read from it: \(error); expected PEM")
      }
    }
  }

  /// Ends a connection whose other side does not come to terms about keys.
  private final class HandshakeTimer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let timeout: TimeAmount
    private var alarm: Scheduled<Void>?

    init(_ timeout: TimeAmount) { self.timeout = timeout }

    func handlerAdded(context: ChannelHandlerContext) {
      let channel = context.channel
      alarm = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      context.fireUserInboundEventTriggered(event)
      guard case .handshakeCompleted? = event as? TLSUserEvent else { return }
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      alarm?.cancel()
      alarm = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      // What is no TLS, or shows no certificate that is wanted.
      context.close(promise: nil)
    }
  }
#endif
