import Foundation
import Shortlist
import ShortlistSamples
import ShortlistServing
import Testing

@testable import ShortlistServer

@Suite("Metrics")
struct MetricsTests {
  private func withService(_ body: (HTTPService) throws -> Void) throws {
    try withArtefacts { artefacts in
      for seed in 1...2 { try artefacts.save("movies", seed: UInt64(seed)) }
      let folder = artefacts.url("movies").path()
      let store = try ModelStore(
        ["movies", "a \"name\" with \\"].map { .init(name: $0, folder: folder) })
      let service = HTTPService(predict: PredictService(store: store), metrics: ServerMetrics())
      service.metrics.gauges.withLock {
        $0 = .init(connections: { 3 }, queueDepth: { 0 }, queueLimit: 256)
      }
      try body(service)
    }
  }

  private func post(_ service: HTTPService, _ path: String, _ body: String) {
    _ = service.answer(HTTPRequest(method: "POST", path: path, body: Array(body.utf8))).value
  }

  private func text(_ service: HTTPService, _ path: String = "/metrics") -> String {
    String(
      decoding: service.answer(HTTPRequest(method: "GET", path: path)).value.body, as: UTF8.self)
  }

  private func value(_ text: String, _ sample: String) throws -> Double {
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(sample + " ") })
    return try #require(Double(line.dropFirst(sample.count + 1)))
  }

  /// Requests of every kind, and a shadow.
  private func ask(_ service: HTTPService) throws {
    try service.store.setShadow(.init(version: 2, share: 1), of: "movies")
    for user in 0..<20 {
      post(service, "/v1/models/movies:recommend", #"{"user_id": "user \#(user)", "k": 3}"#)
      usleep(200)
    }
    for _ in 0..<5 { post(service, "/v1/models/movies:recommend", #"{"user_id": "nobody"}"#) }
    for _ in 0..<3 {
      post(
        service, "/v1/models/movies:recommend", #"{"user_id": "user 1", "include": ["nothing"]}"#)
    }
    post(service, "/v1/models/movies:similar", #"{"item": "item 3"}"#)
    post(service, "/v1/models/movies:predict", #"{"instances": ["user 1", "user 2"]}"#)
    post(service, "/v1/models/movies:recommend", "{")
    while try service.store.life(of: "movies").shadow?.comparison?.compared ?? 0 < 29 {
      usleep(1000)
    }
  }

  @Test("Answers are counted by what they are like")
  func answers() throws {
    try withService { service in
      try ask(service)
      let text = text(service)
      let version = #"{model="movies",version="1"}"#
      #expect(try value(text, "shortlist_answers_total\(version)") == 31)
      #expect(try value(text, "shortlist_answers_empty_total\(version)") == 3)
      #expect(try value(text, "shortlist_answers_unknown_user_total\(version)") == 5)
      let coverage = try value(text, "shortlist_catalogue_coverage_ratio\(version)")
      #expect(coverage > 0.3 && coverage <= 1)
      let popular = try value(text, "shortlist_popular_items_ratio\(version)")
      #expect(popular >= 0 && popular < 1)
      #expect(try value(text, #"shortlist_model_in_force{model="movies",version="1"}"#) == 1)
      #expect(try value(text, #"shortlist_model_in_force{model="movies",version="2"}"#) == 0)
      let shadow = #"{model="movies",version="2",kind="shadow"}"#
      let overlap = try value(text, "shortlist_trial_overlap_ratio\(shadow)")
      #expect(overlap > 0 && overlap < 1)
      #expect(try value(text, "shortlist_connections") == 3)
    }
  }

  @Test("Phases make up the time that requests take")
  func phases() throws {
    try withService { service in
      try ask(service)
      let text = text(service)
      let labels = #"model="movies",api="recommend",entrypoint="rest""#
      let whole = try value(text, "shortlist_request_duration_seconds_sum{\(labels)}")
      let count = try value(text, "shortlist_request_duration_seconds_count{\(labels)}")
      #expect(count == 28)
      let parts = try ["parse", "queue", "compute", "write"].map {
        try value(
          text, #"shortlist_request_phase_duration_seconds_sum{\#(labels),phase="\#($0)"}"#)
      }
      let sum = parts.reduce(0, +)
      #expect(sum <= whole && sum > 0.9 * whole)
    }
  }

  @Test("What 8 threads count at once is all there")
  func threads() {
    let (counters, metrics) = (ModelCounters(), ServerMetrics())
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for turn in 0..<10_000 {
        metrics.note(
          .init(model: counters, call: .recommend, error: turn % 10 == 0 ? .notFound : nil),
          since: Timing())
        metrics.batches.note(turn % 3000)
      }
    }
    let call = counters.of(.recommend, .rest)
    #expect(call.counts.map(\.count) == [72_000, 8_000])
    #expect(call.latency.snapshot.counts.reduce(0, +) == 72_000)
    #expect(metrics.batches.snapshot.counts.reduce(0, +) == 80_000)
  }

  @Test("Lengths come into the first bucket whose limit is not less")
  func buckets() {
    let limits = LatencyHistogram.limits
    #expect(limits.prefix(3) == [10_000, 18_000, 32_400])
    for (length, place) in [
      (0, 0), (10_000, 0), (10_001, 1), (18_000, 1), (18_001, 2), (limits[32], 32),
      (limits[32] + 1, 33), (Int.max / 2, 33),
    ] {
      let histogram = LatencyHistogram()
      histogram.note(length)
      #expect(histogram.snapshot.counts.firstIndex(of: 1) == place, "\(length)")
    }
  }

  @Test("Prometheus's own checker has nothing to say", .enabled(if: Promtool.isThere))
  func promtool() throws {
    try withService { service in
      try ask(service)
      post(service, "/v1/models/a%20%22name%22%20with%20%5C:recommend", #"{"user_id": "user 1"}"#)
      let all = text(service)
      for name in [
        "shortlist_requests_total", "shortlist_request_duration_seconds_bucket",
        "shortlist_request_phase_duration_seconds_bucket", "shortlist_batch_queries_count",
        "shortlist_queue_depth", "shortlist_trial_overlap_ratio", "process_resident_memory_bytes",
        "process_start_time_seconds", "process_cpu_seconds_total", "process_open_fds",
        #"model="a \"name\" with \\""#,
      ] { #expect(all.contains(name), "\(name)") }
      let found = try Promtool.check(all)
      #expect(found.complaints == "" && found.status == 0)
      // TensorFlow Serving's names are not as Prometheus advises, but they are read.
      let others = try Promtool.check(text(service, "/monitoring/prometheus/metrics"))
      #expect(others.complaints.split(separator: "\n").allSatisfy { $0.hasPrefix(":tensorflow:") })
      #expect(others.status == 3)
      #expect(try Promtool.check(all + "broken{\n").status == 1)
    }
  }
}

/// Prometheus's checker of metrics, which Debian's package `prometheus` has.
private enum Promtool {
  /// Where `SHORTLIST_NEEDS_PROMTOOL` is set its test runs, and fails without it.
  static let isThere =
    ProcessInfo.processInfo.environment["SHORTLIST_NEEDS_PROMTOOL"] != nil
    || FileManager.default.fileExists(atPath: path)
  private static let path = "/usr/bin/promtool"

  static func check(_ text: String) throws -> (complaints: String, status: Int32) {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "promtool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appending(path: "input"), folder.appending(path: "output"))
    try Data(text.utf8).write(to: input)
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["check", "metrics"]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = process.standardOutput
    try process.run()
    process.waitUntilExit()
    return (try String(contentsOf: output, encoding: .utf8), process.terminationStatus)
  }
}
