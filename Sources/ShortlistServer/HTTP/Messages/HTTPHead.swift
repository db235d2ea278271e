import ShortlistServing

/// A request that HTTP does not allow, or that is more than the server takes.
struct HTTPFailure: Error, Equatable {
  let status: Int
  let message: String

  init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }

  var response: HTTPResponse {
    .problem(
      ServingError(status == 501 ? .unimplemented : .invalidArgument, message), status: status)
  }
}

/// The first line and the header fields of a request of HTTP/1 (RFC 9112).
///
/// Strict where leniency lets two readers see two requests in the same bytes: no bare line feeds, no folded lines, no
/// space before a colon, one length alone.
struct HTTPHead: Sendable {
  enum Body: Equatable, Sendable {
    case length(Int)
    case chunked
  }

  private(set) var method = ""
  private(set) var target = HTTPHead.root
  private(set) var fields = HTTPFields()
  private(set) var body = Body.length(0)
  /// Whether the connection stays when the response has been written.
  private(set) var keepsAlive = true
  /// Whether the caller waits for a word before it sends the body.
  private(set) var expectsContinue = false

  /// Everything that was read.
  let bytes: [UInt8]

  private static let root = HTTPTarget(path: "/")
  static let maximumFields = 100

  /// - Parameter bytes: everything up to and with the empty line.
  /// - Throws: `HTTPFailure` with the status to answer.
  init(_ bytes: [UInt8]) throws(HTTPFailure) {
    self.bytes = bytes
    var reader = LineReader(bytes)
    let minor = try readRequestLine(&reader)
    fields = HTTPFields(bytes, from: reader.place)
    try readFields(&reader, minor: minor)
  }

  // MARK: First line

  /// Returns the minor version.
  private mutating func readRequestLine(_ reader: inout LineReader) throws(HTTPFailure) -> Int {
    let malformed = HTTPFailure(400, "the first line is not METHOD TARGET HTTP/1.1")
    guard let line = try reader.next() else { throw malformed }
    let bytes = reader.bytes
    guard let first = bytes[line].firstIndex(of: 0x20), first > line.lowerBound,
      let last = bytes[line].lastIndex(of: 0x20), last > first + 1,
      bytes[line.lowerBound..<first].allSatisfy(Self.isToken),
      bytes[first + 1..<last].allSatisfy({ (0x21...0x7e).contains($0) })
    else { throw malformed }
    let version = bytes[last + 1..<line.upperBound]
    guard version.count == 8, version.starts(with: "HTTP/".utf8) else { throw malformed }
    guard version.starts(with: "HTTP/1.".utf8), let digit = version.last, digit & 0xfe == 0x30
    else { throw HTTPFailure(505, "only HTTP/1.1 and HTTP/1.0 are spoken here") }
    let isNewer = digit == 0x31
    method = Self.method(bytes[line.lowerBound..<first])
    try readTarget(bytes[first + 1..<last])
    keepsAlive = isNewer
    return isNewer ? 1 : 0
  }

  private static func method(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.elementsEqual("POST".utf8) ? "POST" : String(decoding: bytes, as: UTF8.self)
  }

  private mutating func readTarget(_ bytes: ArraySlice<UInt8>) throws(HTTPFailure) {
    var target = bytes
    if target.first != UInt8(ascii: "/"), !target.elementsEqual("*".utf8) {
      // The absolute form, which proxies are sent.
      guard
        let scheme = target.firstIndex(of: UInt8(ascii: ":")),
        ASCII.are(target[..<scheme], "http") || ASCII.are(target[..<scheme], "https"),
        target[scheme...].starts(with: "://".utf8)
      else { throw HTTPFailure(400, "the target is no path") }
      target = target[(scheme + 3)...].drop { $0 != UInt8(ascii: "/") }
      if target.isEmpty { return }
    }
    let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
    self.target = HTTPTarget(
      path: String(decoding: target[..<end], as: UTF8.self),
      query: String(decoding: target[end...].dropFirst(), as: UTF8.self))
  }

  // MARK: Fields

  private mutating func readFields(
    _ reader: inout LineReader, minor: Int
  ) throws(HTTPFailure) {
    var (count, hosts) = (0, 0)
    var length: Int?
    var isChunked = false
    while let line = try reader.next() {
      count += 1
      guard count <= Self.maximumFields else {
        throw HTTPFailure(431, "more than \(Self.maximumFields) header fields")
      }
      let (name, value) = try Self.field(reader.bytes[line])
      switch name.count {
      case 4 where ASCII.are(name, "host"): hosts += 1
      case 6 where ASCII.are(name, "expect"):
        guard ASCII.are(value, "100-continue") else {
          throw HTTPFailure(417, "nothing but 100-continue can be expected")
        }
        expectsContinue = minor > 0
      case 10 where ASCII.are(name, "connection"):
        for option in value.split(separator: UInt8(ascii: ",")) {
          let option = ASCII.trimmed(option)
          if ASCII.are(option, "close") { keepsAlive = false }
          if ASCII.are(option, "keep-alive"), minor == 0 { keepsAlive = true }
        }
      case 14 where ASCII.are(name, "content-length"):
        guard length == nil, let number = Self.number(value) else {
          throw HTTPFailure(400, "content-length is no number, or stands twice")
        }
        length = number
      case 17 where ASCII.are(name, "transfer-encoding"):
        guard !isChunked, minor > 0, ASCII.are(value, "chunked") else {
          throw HTTPFailure(501, "of the transfer encodings only chunked is read")
        }
        isChunked = true
      default: break
      }
    }
    guard hosts == 1 || minor == 0 && hosts == 0 else {
      throw HTTPFailure(400, "a request of HTTP/1.1 names its host, and once")
    }
    guard !isChunked || length == nil else {
      throw HTTPFailure(400, "a request has a content-length or is chunked, not both")
    }
    body = isChunked ? .chunked : .length(length ?? 0)
  }

  private static func field(
    _ line: ArraySlice<UInt8>
  ) throws(HTTPFailure) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isToken)
    else { throw HTTPFailure(400, "a header field is not NAME: VALUE") }
    let value = line[(colon + 1)...]
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
      throw HTTPFailure(400, "a header field holds a control character")
    }
    return (line[..<colon], ASCII.trimmed(value))
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...18).contains(digits.count) else { return nil }
    var number = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      number = number * 10 + Int(digit - 0x30)
    }
    return number
  }

  /// Whether a byte may stand in a method or the name of a field (RFC 9110, 5.6.2).
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x5e...0x7a, 0x7c, 0x7e, 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d,
      0x2e:
      true
    default: false
    }
  }
}

/// The lines of a head, each of which ends with CR and LF.
private struct LineReader {
  let bytes: [UInt8]
  private(set) var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next line without its end; nil for the empty one.
  mutating func next() throws(HTTPFailure) -> Range<Int>? {
    guard let end = bytes[place...].firstIndex(of: 0x0a), end > place, bytes[end - 1] == 0x0d
    else { throw HTTPFailure(400, "a line does not end with CR and LF") }
    defer { place = end + 1 }
    return end - 1 == place ? nil : place..<end - 1
  }
}
