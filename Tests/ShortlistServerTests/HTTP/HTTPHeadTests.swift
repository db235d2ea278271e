import Testing

@testable import ShortlistServer

@Suite("Requests of HTTP/1.1")
struct HTTPHeadTests {
  private func head(_ text: String) throws(HTTPFailure) -> HTTPHead {
    try HTTPHead(Array(text.utf8))
  }

  private func status(of text: String) -> Int? {
    do throws(HTTPFailure) {
      _ = try head(text)
      return nil
    } catch {
      return error.status
    }
  }

  @Test("The first line and the fields are read")
  func reads() throws {
    let head = try head(
      "POST /v1/models/a%20b:recommend?x=1&y=%3F HTTP/1.1\r\nHost: h\r\n"
        + "Content-Length:  12 \r\nX-Request-ID:\tabc \r\nx-request-id: second\r\nEmpty:\r\n\r\n")
    #expect(head.method == "POST")
    #expect(head.target.path == "/v1/models/a%20b:recommend")
    #expect(head.target.query == "x=1&y=%3F")
    #expect(head.body == .length(12))
    #expect(head.keepsAlive)
    #expect(!head.expectsContinue)
    #expect(head.fields["x-request-id"] == "abc")
    #expect(head.fields["empty"] == "")
    #expect(head.fields["host"] == "h")
    #expect(head.fields["x-request"] == nil)
    #expect(head.fields["quest-id"] == nil)
  }

  @Test(
    "What a connection does afterwards",
    arguments: [
      ("HTTP/1.1\r\nHost: h\r\n", true), ("HTTP/1.0\r\n", false),
      ("HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n", false),
      ("HTTP/1.1\r\nHost: h\r\nconnection: foo, close\r\n", false),
      ("HTTP/1.0\r\nConnection: Keep-Alive\r\n", true),
    ])
  func keepsAlive(text: String, expected: Bool) throws {
    #expect(try head("GET / \(text)\r\n").keepsAlive == expected)
  }

  @Test("The absolute form of a target is read")
  func absolute() throws {
    #expect(
      try head("GET http://example.com:80/a/b?c HTTP/1.1\r\nHost: h\r\n\r\n").target.path == "/a/b")
    #expect(try head("GET HTTPS://example.com HTTP/1.1\r\nHost: h\r\n\r\n").target.path == "/")
    #expect(try head("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").target.path == "*")
  }

  @Test(
    "What HTTP does not allow is refused",
    arguments: [
      ("\r\n", 400), ("GET\r\n\r\n", 400), ("GET / HTTP/1.1 x\r\nHost: h\r\n\r\n", 400),
      ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
      ("GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
      ("GET ftp://a/b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
      ("GET /ä HTTP/1.1\r\nHost: h\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
      ("GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505), ("GET / http/1.1\r\nHost: h\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
      ("GET / HTTP/1.1\nHost: h\n\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: h\r\nA : c\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n folded\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: h\r\n: c\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: h\r\nA: \u{0}\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1,1\r\n\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999999999999\r\n\r\n", 400),
      ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
      (
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400
      ),
      ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
      ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
      ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
      ("POST / HTTP/1.1\r\nHost: h\r\nExpect: a miracle\r\n\r\n", 417),
    ])
  func refuses(text: String, expected: Int) {
    #expect(status(of: text) == expected)
  }

  @Test("A head of too many fields is refused")
  func manyFields() {
    let fields = { (count: Int) in String(repeating: "a: b\r\n", count: count) }
    #expect(status(of: "GET / HTTP/1.1\r\nHost: h\r\n\(fields(99))\r\n") == nil)
    #expect(status(of: "GET / HTTP/1.1\r\nHost: h\r\n\(fields(100))\r\n") == 431)
  }

  @Test("Altered heads are read or refused, and nothing else happens")
  func fuzz() {
    let good = Array(
      "POST /v1/models/m:recommend?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nA: b\r\n\r\n"
        .utf8)
    var random = SystemRandomNumberGenerator()
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = bytes.indices.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = .random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(.random(in: 0...255, using: &random), at: place)
        }
      }
      do throws(HTTPFailure) {
        let head = try HTTPHead(bytes)
        _ = head.fields["a"]
      } catch {
        refused += 1
        #expect([400, 417, 431, 501, 505].contains(error.status))
      }
    }
    #expect(refused > 1_000)
  }
}

@Suite("Bodies of HTTP/1.1")
struct HTTPBodyTests {
  /// The body, read in parts of a size, and how many bytes belong to it.
  private func read(
    _ text: String, _ body: HTTPHead.Body, limit: Int = 100, by step: Int
  ) throws(HTTPFailure) -> (bytes: String, taken: Int, isWhole: Bool) {
    let bytes = Array(text.utf8)
    var reader = try HTTPBody(body, limit: limit)
    var place = 0
    while place < bytes.count, !reader.isWhole {
      let part = Array(bytes[place..<min(place + step, bytes.count)])
      let taken = try reader.take(part.span)
      place += taken
    }
    return (String(decoding: reader.bytes, as: UTF8.self), place, reader.isWhole)
  }

  @Test("A body of a length ends there, however it comes", arguments: [1, 2, 3, 100])
  func length(step: Int) throws {
    let found = try read("hello, next", .length(5), by: step)
    #expect(found == ("hello", 5, true))
    #expect(try read("hel", .length(5), by: step).isWhole == false)
    #expect(try HTTPBody(.length(0), limit: 0).isWhole)
  }

  @Test("Chunks are put together, however they come", arguments: [1, 2, 3, 7, 100])
  func chunks(step: Int) throws {
    let text = "5;name=value\r\nhello\r\nA\r\n, world 12\r\n0\r\nTrailer: x\r\n\r\n"
    let found = try read(text + "GET", .chunked, by: step)
    #expect(found == ("hello, world 12", text.utf8.count, true))
    #expect(try read("0\r\n\r\n", .chunked, by: step) == ("", 5, true))
    #expect(try read("5\r\nhello\r\n0\r\n", .chunked, by: step).isWhole == false)
  }

  @Test(
    "Chunks that are none are refused",
    arguments: [
      ("x\r\n", 400), ("-1\r\n", 400), ("+1\r\na\r\n", 400), ("\r\n", 400), ("5\nhello", 400),
      ("2\r\nabc\r\n", 400), ("2\r\nab\n\n", 400), ("FFFFFFFFF\r\n", 400), ("FFFFFFFF\r\n", 413),
      ("65\r\n", 413), (String(repeating: "0", count: 300), 400),
      ("0\r\n" + String(repeating: "a", count: 5000), 431),
    ])
  func badChunks(text: String, expected: Int) {
    for step in [1, 3, 10_000] {
      do throws(HTTPFailure) {
        _ = try read(text, .chunked, by: step)
        Issue.record("\(text.prefix(20)) was taken")
      } catch {
        #expect(error.status == expected)
      }
    }
  }

  @Test("A body beyond the limit is refused before it comes")
  func limit() {
    #expect(throws: HTTPFailure(413, "the body is larger than 4 bytes")) {
      try HTTPBody(.length(5), limit: 4)
    }
  }
}
