import Foundation
import Synchronization

/// What a request took, and when it ended.
struct Sample {
  /// Seconds since the load began.
  let time: Double
  let microseconds: Double
}

/// Threads that ask one after the other, each over its own connection.
final class Load: Sendable {
  struct Options {
    var port = 8501
    var model = "movies"
    /// In front of the number of a user.
    var user = ""
    var users = 943
    var connections = 32
    /// Requests a second of all connections; nil for as many as can be.
    var rate: Double?
  }

  private let isOver = Atomic<Bool>(false)
  private let failures = Atomic<Int>(0)
  private let refusals = Atomic<Int>(0)
  private let group = DispatchGroup()
  private let lock = NSLock()
  nonisolated(unsafe) private var samples: [Sample] = []
  nonisolated(unsafe) private var firstFailure: String?
  private let start = DispatchTime.now()

  var seconds: Double {
    Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
  }

  init(_ options: Options) {
    for number in 0..<options.connections {
      group.enter()
      let thread = Thread { [self] in
        run(options, number)
        group.leave()
      }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  private func run(_ options: Options, _ number: Int) {
    var own: [Sample] = []
    var state = UInt64(number) &* 0x9e37_79b9_7f4a_7c15 | 1
    do {
      let connection = try Connection(port: options.port)
      let path = "/v1/models/\(options.model):recommend"
      let pause = options.rate.map { Double(options.connections) / $0 }
      var next = seconds + (pause ?? 0) * Double(number) / Double(options.connections)
      while !isOver.load(ordering: .relaxed) {
        if let pause {
          let wait = next - seconds
          if wait > 0 { Thread.sleep(forTimeInterval: wait) }
          next += pause
        }
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let user = Int(state >> 33) % options.users + 1
        let before = seconds
        let (status, _) = try connection.send(
          "POST", path, "{\"user_id\":\"\(options.user)\(user)\",\"k\":10}")
        let after = seconds
        switch status {
        case 200: own.append(Sample(time: after, microseconds: (after - before) * 1e6))
        case 429: refusals.add(1, ordering: .relaxed)
        default: note(Failure("status \(status)"))
        }
      }
    } catch { note(error) }
    lock.withLock { samples += own }
  }

  private func note(_ error: any Error) {
    failures.add(1, ordering: .relaxed)
    lock.withLock { if firstFailure == nil { firstFailure = "\(error)" } }
  }

  func end() -> LoadResult {
    isOver.store(true, ordering: .relaxed)
    group.wait()
    return LoadResult(
      samples: samples.sorted { $0.time < $1.time }, seconds: seconds,
      failures: failures.load(ordering: .relaxed), refusals: refusals.load(ordering: .relaxed),
      firstFailure: firstFailure)
  }
}

struct LoadResult {
  let samples: [Sample]
  let seconds: Double
  let failures: Int
  let refusals: Int
  let firstFailure: String?

  func quantile(_ part: Double, of samples: some Sequence<Sample>) -> Double {
    let sorted = samples.map(\.microseconds).sorted()
    return sorted.isEmpty ? 0 : sorted[Int(Double(sorted.count - 1) * part)]
  }

  var text: String {
    let times = [0.5, 0.99, 1].map { Int(quantile($0, of: samples)) }
    return "\(Int(Double(samples.count) / seconds)) requests/s, median \(times[0]) us, "
      + "99 % \(times[1]) us, longest \(times[2]) us, \(refusals) refused, \(failures) failed"
      + (firstFailure.map { " (\($0))" } ?? "")
  }

  /// The 99th percentile of each window of a length, with when it began.
  func windows(of length: Double) -> [(start: Double, p99: Double)] {
    Dictionary(grouping: samples) { Int($0.time / length) }.sorted { $0.key < $1.key }.map {
      (Double($0.key) * length, quantile(0.99, of: $0.value))
    }
  }
}
