#if Server
  import NIOCore
  import NIOHTTP1

  extension HTTPResponse {
    /// The response as HTTP/1.1 writes it.
    ///
    /// - Parameter isHead: whether only the head was asked for.
    func write(to buffer: inout ByteBuffer, keepsAlive: Bool, isHead: Bool) {
      buffer.reserveCapacity(minimumWritableBytes: 160 + body.count)
      if status == 200 {
        buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
      } else {
        let reason = HTTPResponseStatus(statusCode: status).reasonPhrase
        buffer.writeString("HTTP/1.1 \(status) \(reason)\r\n")
      }
      buffer.writeStaticString("content-type: ")
      buffer.writeString(type)
      // The type is what it says, whatever a browser would guess.
      buffer.writeStaticString("\r\nx-content-type-options: nosniff\r\n")
      for (name, value) in headers {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
      }
      buffer.writeStaticString("content-length: ")
      buffer.writeString(String(body.count))
      buffer.writeStaticString(keepsAlive ? "\r\n\r\n" : "\r\nconnection: close\r\n\r\n")
      if !isHead { buffer.writeBytes(body) }
    }
  }
#endif
