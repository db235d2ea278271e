import Foundation
import Shortlist

private let dimensions = 4
private let items = 300
private let counter = "counter"

/// The change with a number: the same in every process.
private func change(_ number: Int) -> LiveChange {
  var random = RandomStream(seed: UInt64(number), stream: 5)
  let identifier = "item \(random.below(items))"
  if random.below(4) == 0 { return .delete(identifier) }
  return .upsert(identifier, [0] + (1..<dimensions).map { _ in Float(random.below(17) - 8) })
}

/// What stands in the catalogue after so many changes.
private struct Replay {
  private(set) var number = 0
  private(set) var vectors: [String: [Float]] = [:]

  /// Goes on to a number.
  mutating func advance(to last: Int) {
    while number < last {
      number += 1
      for case .upsert(let identifier, let vector) in batch(number) { vectors[identifier] = vector }
      if case .delete(let identifier) = change(number) { vectors[identifier] = nil }
    }
  }

  /// What is applied at once: the change, where it does something, and how many there were.
  func batch(_ number: Int) -> [LiveChange] {
    let count = LiveChange.upsert(
      counter, [Float(number)] + [Float](repeating: 0, count: dimensions - 1))
    if case .delete(let identifier) = change(number), vectors[identifier] == nil { return [count] }
    return [change(number), count]
  }
}

private func open(_ folder: URL) throws -> LiveIndex {
  var configuration = LiveIndex.Configuration()
  configuration.kind = .exact
  configuration.compactionMinimum = 150
  return try LiveIndex(at: folder, dimensions: dimensions, configuration: configuration)
}

/// How many changes a live index has seen.
private func seen(by live: LiveIndex) throws -> Int {
  var query = [Float](repeating: 0, count: dimensions)
  query[0] = 1
  return try live.nearest(1, to: query, among: [counter]).first.map { Int($0.score) } ?? 0
}

/// Makes changes for ever, and tells each that was acknowledged.
func write(_ folder: URL) throws {
  let live = try open(folder)
  var replay = Replay()
  replay.advance(to: try seen(by: live))
  while true {
    try live.apply(replay.batch(replay.number + 1))
    replay.advance(to: replay.number + 1)
    // Straight to the operating system: what is written survives the process.
    try FileHandle.standardOutput.write(contentsOf: Data("\(replay.number)\n".utf8))
  }
}

func faults(rounds: Int) throws {
  let folder = temporaryFolder()
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let index = folder.appending(path: "live")
  let log = folder.appending(path: "acknowledged")
  var replay = Replay()
  var passed = 0
  var failed = 0
  for round in 1...rounds {
    try Data().write(to: log)
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = ["write", index.path(percentEncoded: false)]
    process.standardOutput = try FileHandle(forWritingTo: log)
    try process.run()
    Thread.sleep(forTimeInterval: .random(in: 0.005...0.25))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()

    let acknowledged =
      try String(contentsOf: log, encoding: .utf8).split(separator: "\n").last.flatMap { Int($0) }
      ?? replay.number
    do {
      let live = try open(index)
      let number = try seen(by: live)
      guard number >= acknowledged, number >= replay.number else {
        print(
          "round \(round): change \(max(acknowledged, replay.number)) is lost; there are \(number)")
        failed += 1
        live.close()
        continue
      }
      replay.advance(to: number)
      let query: [Float] = [1, 2, -1, 3]
      let found = try live.nearest(items + 2, to: query)
      let wanted = replay.vectors.map { identifier, vector in
        LiveNeighbor(
          identifier: identifier, score: zip(query, vector).reduce(0) { $0 + $1.0 * $1.1 })
      }
      if Set(found) == Set(wanted), found.count == wanted.count {
        passed += 1
      } else {
        print("round \(round): the state after change \(number) is another")
        failed += 1
      }
      live.close()
    } catch {
      print("round \(round): \(error)")
      failed += 1
    }
  }
  print("\(rounds) rounds of kill -9, \(replay.number) changes in the end")
  conclude(passed: passed, failed: failed)
}
