#if Server
  import NIOCore
  import ShortlistServing

  /// The body of a unary call as it comes in: one message, with a flag and its length before it.
  struct GRPCBody {
    private static let prefix = 5

    private let limit: Int
    private var bytes = ByteBuffer()
    /// The size of the message, once it is known.
    private var size: Int?

    init(limit: Int) { self.limit = limit }

    /// - Throws: `ServingError` for a body that is refused, as early as that is known.
    mutating func append(_ part: inout ByteBuffer, encoding: String?) throws(ServingError) {
      bytes.writeBuffer(&part)
      if size == nil, bytes.readableBytes >= Self.prefix,
        let flag = bytes.readInteger(as: UInt8.self), let count = bytes.readInteger(as: UInt32.self)
      {
        try check(flag, encoding)
        guard count <= limit else {
          throw ServingError(
            .resourceExhausted, "the message has \(count) bytes; \(limit) are the limit")
        }
        size = Int(count)
      }
      guard bytes.readableBytes <= size ?? Self.prefix else {
        throw ServingError(
          .internalError, "more than one message came; the methods here take one and give one")
      }
    }

    private func check(_ flag: UInt8, _ encoding: String?) throws(ServingError) {
      switch flag {
      case 0: return
      case 1:
        guard let encoding, encoding != "identity" else {
          throw ServingError(
            .internalError, "the message says that it is compressed, but grpc-encoding does not")
        }
        throw ServingError(
          .unimplemented,
          "messages compressed with \(encoding.prefix(40)) are not read; send them plain")
      default: throw ServingError(.internalError, "a message begins with \(flag); expected 0 or 1")
      }
    }

    /// The message, once the caller has said that nothing more comes.
    mutating func end() throws(ServingError) -> [UInt8] {
      guard let size, bytes.readableBytes == size, let message = bytes.readBytes(length: size)
      else { throw ServingError(.internalError, "the call ended before its message did") }
      return message
    }
  }
#endif
