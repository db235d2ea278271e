import Foundation
import ShortlistSamples
import ShortlistServing
import ShortlistTensors
import Testing

@testable import ShortlistServer

/// What is told of requests and of the server.
@Suite("Log")
struct LogTests {
  @Test("Every line is an object with time, level and message")
  func lines() throws {
    let written = Written()
    let log = EventLog(from: .info, write: written.take)
    log.note(.debug, "left out")
    log.note(
      .warning, "a \"quote\"\nand a line \u{7}",
      [
        "text": .text("é"), "integer": .integer(-1), "number": .number(0.25), "flag": .flag(true),
        "group": .group([("inner", .text("x"))]),
      ])
    log.note(.error, "second")
    log.flush()
    let lines = try written.lines()
    #expect(lines.count == 2)
    let first = try #require(lines.first)
    #expect(first["level"] as? String == "warning")
    #expect(first["message"] as? String == "a \"quote\"\nand a line \u{7}")
    #expect(first["text"] as? String == "é" && first["integer"] as? Int == -1)
    #expect(first["number"] as? Double == 0.25 && first["flag"] as? Bool == true)
    #expect((first["group"] as? [String: String]) == ["inner": "x"])
    let time = try #require(first["time"] as? String)
    let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(time)
    #expect(abs(date.timeIntervalSinceNow) < 10)
  }

  @Test("Lines that nobody takes are left out and counted, and nobody waits")
  func flood() throws {
    let written = Written()
    let gate = DispatchSemaphore(value: 0)
    let log = EventLog { data in
      gate.wait()
      written.take(data)
    }
    log.note(.info, "first")
    let text = String(repeating: "x", count: 1_000)
    for _ in 0..<5_000 { log.note(.info, text) }
    for _ in 0..<10 { gate.signal() }
    log.flush()
    log.flush()
    let lines = try written.lines()
    let left = lines.compactMap { $0["lines"] as? Int }.reduce(0, +)
    #expect(left > 3_000 && lines.count + left >= 5_001, "\(lines.count) lines, \(left) left out")
  }

  @Test("Lines from many threads stay whole")
  func threads() throws {
    let written = Written()
    let log = EventLog(write: written.take)
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      for _ in 0..<200 { log.note(.info, "thread", ["number": .integer(number)]) }
    }
    log.flush()
    #expect(try written.lines().count == 1_600)
  }

  @Test(
    "What a caller calls its request is repeated where it makes sense",
    arguments: [
      ("abc-1.2_3", true), ("", false), ("a b", false), ("é", false),
      (String(repeating: "a", count: 128), true), (String(repeating: "a", count: 129), false),
    ])
  func identifiers(text: String, isSane: Bool) throws {
    #expect(RequestID.isSane(text) == isSane)
    // No field of a request holds a line feed.
    guard !text.contains("\n") else { return }
    try withGate { gate, _ in
      let response = gate.answer(request("/healthz", [("x-request-id", text)])).value
      #expect(header(response, "x-request-id") == (isSane ? text : nil))
    }
  }

  @Test("Identifiers of traces are those of the W3C")
  func traces() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    #expect(RequestID.trace(in: "00-\(trace)-00f067aa0ba902b7-01") == trace)
    #expect(RequestID.trace(in: "01-\(trace)-00f067aa0ba902b7-01-more") == trace)
    let zeros = String(repeating: "0", count: 32)
    for wrong in [
      "", "00", "00-\(trace)", "00-\(trace.uppercased())-00f067aa0ba902b7-01",
      "00-\(trace)0-00f067aa0ba902b7-01", "00-\(zeros)-00f067aa0ba902b7-01",
    ] { #expect(RequestID.trace(in: wrong) == nil) }
  }

  @Test("With an access log every request is told, without one those that the server fails")
  func access() throws {
    try withGate { gate, written in
      var gate = gate
      let body = #"{"user_id": "user 1"}"#
      let recommend = "/v1/models/movies:recommend"
      // Nothing is said of what succeeds, or of what the caller did wrong.
      #expect(gate.answer(request(recommend, body: body)).value.status == 200)
      #expect(gate.answer(request("/v1/models/none:recommend", body: body)).value.status == 404)
      gate.watch.log?.flush()
      #expect(try written.lines().isEmpty)
      let failed = gate.answer(
        request("/v1/models/movies:classify", [("x-request-id", "mine")], body: body)
      ).value
      #expect(failed.status == 501 && header(failed, "x-request-id") == "mine")
      gate.watch.log?.flush()
      let line = try #require(try written.lines().first)
      #expect(line["level"] as? String == "error" && line["status"] as? Int == 501)
      #expect(line["request_id"] as? String == "mine")
      #expect(line["call"] as? String == "POST /v1/models/movies:classify")

      gate.watch.logsEverything = true
      let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      let response = gate.answer(request(recommend, [("traceparent", trace)], body: body)).value
      let id = try #require(header(response, "x-request-id"))
      #expect(id.wholeMatch(of: /[0-9a-f]{16}/) != nil)
      // A request that there was no room for is dropped unanswered.
      do { _ = gate.answer(request(recommend, [("x-request-id", "dropped")], body: body)) }
      gate.watch.log?.flush()
      let lines = try written.lines().dropFirst()
      let told = try #require(lines.first)
      #expect(told["request_id"] as? String == id && told["status"] as? Int == 200)
      #expect(told["trace_id"] as? String == "4bf92f3577b34da6a3ce929d0e0e4736")
      #expect((told["milliseconds"] as? Double).map { $0 >= 0 && $0 < 10_000 } == true)
      #expect(told["entrypoint"] as? String == "http" && told["level"] as? String == "info")
      #expect(lines.last?["request_id"] as? String == "dropped")
      #expect(lines.last?["status"] as? Int == 429)
      #expect(lines.count == 2)
    }
  }

  // MARK: Helpers

  final class Written: Sendable {
    private let data = Guarded(Data())
    func take(_ more: Data) { data.withLock { $0 += more } }

    func lines() throws -> [[String: Any]] {
      try data.withLock { $0 }.split(separator: 0x0a).map { line in
        try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
      }
    }
  }

  private func request(
    _ path: String, _ headers: [(String, String)] = [], body: String? = nil
  ) -> HTTPRequest {
    HTTPRequest(
      method: body == nil ? "GET" : "POST", path: path,
      headers: HTTPFields(headers.map { (name: $0.0, value: $0.1) }),
      body: Array((body ?? "").utf8))
  }

  private func header(_ response: HTTPResponse, _ name: String) -> String? {
    response.headers.first { $0.name == name }?.value
  }

  private func withGate(_ body: (HTTPGate, Written) throws -> Void) throws {
    try withArtefacts { artefacts in
      try artefacts.save("movies", seed: 1)
      let written = Written()
      let service = HTTPService(
        predict: PredictService(store: try artefacts.store()), metrics: ServerMetrics())
      let watch = RequestWatch(log: EventLog(write: written.take))
      try body(HTTPGate(service: service, watch: watch), written)
    }
  }
}
