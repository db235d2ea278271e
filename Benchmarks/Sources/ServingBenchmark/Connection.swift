import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// One connection of HTTP/1.1 to this machine, which waits for each response.
final class Connection {
  private let socket: Int32
  private var buffer: [UInt8] = []

  init(port: Int) throws {
    #if canImport(Darwin)
      let stream = SOCK_STREAM
    #else
      let stream = Int32(SOCK_STREAM.rawValue)
    #endif
    socket = Self.open(stream)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure("port \(port): cannot connect: \(errno)") }
    var one: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func open(_ stream: Int32) -> Int32 { makeSocket(AF_INET, stream, 0) }

  deinit { close(socket) }

  /// Sends a request and waits for its response.
  func send(
    _ method: String, _ path: String, _ body: String = ""
  ) throws -> (status: Int, body: ArraySlice<UInt8>) {
    let request = Array(
      "\(method) \(path) HTTP/1.1\r\nhost: localhost\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        .utf8)
    var sent = 0
    while sent < request.count {
      let count = request[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure("the server takes no more: \(errno)") }
      sent += count
    }
    buffer.removeAll(keepingCapacity: true)
    var head: Int?
    var length = 0
    while true {
      if head == nil, let end = headEnd() {
        head = end
        let text = String(decoding: buffer[..<end], as: UTF8.self).lowercased()
        let line = text.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        length =
          line.flatMap {
            Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces))
          } ?? 0
      }
      if let head, buffer.count >= head + length {
        guard let status = Int(String(decoding: buffer[9..<12], as: UTF8.self)) else {
          throw Failure("no status")
        }
        return (status, buffer[head..<head + length])
      }
      try receive()
    }
  }

  private func headEnd() -> Int? {
    guard buffer.count >= 4 else { return nil }
    return (3..<buffer.count).first {
      buffer[$0] == 0x0a && buffer[$0 - 1] == 0x0d && buffer[$0 - 2] == 0x0a
    }.map { $0 + 1 }
  }

  private func receive() throws {
    let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 16) { part -> Int in
      let count = read(socket, part.baseAddress, part.count)
      if count > 0 { buffer.append(contentsOf: part[..<count]) }
      return count
    }
    guard count > 0 else { throw Failure("the server closes the connection: \(errno)") }
  }
}

private func makeSocket(_ family: Int32, _ kind: Int32, _ number: Int32) -> Int32 {
  socket(family, kind, number)
}
