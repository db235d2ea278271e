// The load of HTTP on a running `shortlist serve`: plain, while versions are swapped, and for a long time.
//
//   ServingBenchmark load PORT [OPTIONS]            requests a second, latencies
//   ServingBenchmark swap PORT FOLDER [OPTIONS]     the same while versions come into the model's folder; fails where
//                                                   a request does
//   ServingBenchmark soak PORT FOLDER [OPTIONS]     the same with changes of items and a look at the memory; fails where
//                                                   a request does or memory grows
//
// Options: --model NAME, --user PREFIX, --users N, --connections N, --seconds S, --rate N
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())

@MainActor func option(_ name: String) -> String? {
  arguments.firstIndex(of: "--\(name)").flatMap {
    $0 + 1 < arguments.count ? arguments[$0 + 1] : nil
  }
}

var options = Load.Options()
options.model = option("model") ?? options.model
options.user = option("user") ?? options.user
options.users = option("users").flatMap { Int($0) } ?? options.users
options.connections = option("connections").flatMap { Int($0) } ?? options.connections
options.rate = option("rate").flatMap { Double($0) }
let seconds = option("seconds").flatMap { Double($0) } ?? 10

@MainActor func load() {
  let load = Load(options)
  Thread.sleep(forTimeInterval: seconds)
  print(load.end().text)
}

/// Swaps versions under load, every three seconds.
@MainActor func swap(_ versions: Versions) throws -> Bool {
  let load = Load(options)
  Thread.sleep(forTimeInterval: 2)
  var swaps: [(from: Double, to: Double)] = []
  while load.seconds < seconds {
    let before = load.seconds
    _ = try versions.add()
    swaps.append((before, load.seconds))
    Thread.sleep(forTimeInterval: 3)
  }
  let result = load.end()
  print(result.text)
  let length = 0.25
  let windows = result.windows(of: length)
  func isCalm(_ start: Double) -> Bool {
    start >= 0.5 && swaps.allSatisfy { start + length < $0.from || start > $0.to + 1 }
  }
  let calm = windows.filter { isCalm($0.start) }.map(\.p99).sorted()
  guard !calm.isEmpty else { throw Failure("no calm window: take more seconds") }
  let usual = calm[calm.count / 2]
  let raised = windows.filter { !isCalm($0.start) && $0.start >= 0.5 && $0.p99 > 2 * usual }
  let calmRaised = calm.count { $0 > 2 * usual }
  print(
    "\(swaps.count) swaps, seconds each: "
      + swaps.map { String(format: "%.2f", $0.to - $0.from) }.joined(separator: " "))
  print(
    "99 % in windows of 0.25 s: \(Int(usual)) us between swaps; more than twice that in "
      + "\(raised.count) windows around swaps, \(String(format: "%.2f", Double(raised.count) * length / Double(max(1, swaps.count)))) s a swap, "
      + "worst \(Int(raised.map(\.p99).max() ?? usual)) us; in \(calmRaised) of \(calm.count) windows between them"
  )
  return result.failures == 0
}

/// Everything at once, for a long time.
@MainActor func soak(_ versions: Versions) throws -> Bool {
  let load = Load(options)
  var memory: [(time: Double, bytes: Double)] = []
  var files: [Double] = []
  var (swaps, changes, problems) = (0, 0, 0)
  let connection = try Connection(port: options.port)
  let items = "/v1/models/\(options.model)/items"
  // An answer that is not about the route says that the route is there.
  let probe = try connection.send("PUT", items, "{\"items\":[]}")
  let takesItems = probe.status == 200
  let dimensions = option("dimensions").flatMap { Int($0) } ?? 64
  var nextSwap = 3.0
  while load.seconds < seconds {
    if load.seconds > nextSwap {
      _ = try versions.add()
      swaps += 1
      nextSwap = load.seconds + max(2, seconds / 60)
    }
    if takesItems {
      let vector = (0..<dimensions).map { _ in String(format: "%.3f", Double.random(in: -1...1)) }
      let id = "soak-\(changes % 50)"
      let change =
        changes % 3 == 2
        ? try connection.send("DELETE", items, "{\"ids\":[\"\(id)\"]}")
        : try connection.send(
          "PUT", items,
          "{\"items\":[{\"id\":\"\(id)\",\"vector\":[\(vector.joined(separator: ","))]}]}")
      if change.status != 200 {
        problems += 1
        if problems == 1 { print(change.status, String(decoding: change.body, as: UTF8.self)) }
      }
      changes += 1
    }
    memory.append(
      (load.seconds, try metric("process_resident_memory_bytes", port: options.port)))
    files.append(try metric("process_open_fds", port: options.port))
    Thread.sleep(forTimeInterval: min(1, seconds / 100))
  }
  let result = load.end()
  print(result.text)
  let slowest = result.samples.max { $0.microseconds < $1.microseconds }
  if let slowest {
    let end = String(format: "%.1f", slowest.time)
    print("the longest request ended after \(end) s")
  }
  func mean(_ part: some Collection<Double>) -> Double {
    part.reduce(0, +) / Double(max(1, part.count))
  }
  // The first third warms up: threads, caches, the first swaps.
  let bytes = memory.map(\.bytes)
  let (middle, last) = (
    mean(bytes[bytes.count / 3..<bytes.count * 2 / 3]), mean(bytes[(bytes.count * 2 / 3)...])
  )
  print(
    "\(swaps) swaps, \(changes) changes of items\(takesItems ? "" : " (the server takes none)"), "
      + "\(problems) failed")
  print(
    "memory: \(Int(middle / 1e6)) MB in the middle third, \(Int(last / 1e6)) MB in the last, "
      + "at most \(Int((bytes.max() ?? 0) / 1e6)) MB; open files at most \(Int(files.max() ?? 0)), "
      + "at the end \(Int(files.last ?? 0))")
  let grown = last > 1.1 * middle + 4e6
  if grown { print("memory grows") }
  return result.failures == 0 && problems == 0 && !grown
}

do {
  guard arguments.count > 1, let port = Int(arguments[1]) else {
    throw Failure("usage: ServingBenchmark load PORT | swap PORT FOLDER | soak PORT FOLDER")
  }
  options.port = port
  if arguments[0] == "load" {
    load()
  } else {
    guard arguments.count > 2 else { throw Failure("which folder?") }
    let versions = Versions(
      folder: URL(filePath: arguments[2], directoryHint: .isDirectory), port: port,
      model: options.model)
    let isGood = try arguments[0] == "swap" ? swap(versions) : soak(versions)
    if !isGood { exit(1) }
  }
} catch {
  print("error: \(error)")
  exit(1)
}
