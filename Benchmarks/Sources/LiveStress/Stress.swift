import Foundation
import Shortlist
import Synchronization

private let dimensions = 24
private let writers = 3
private let readers = 3
private let itemsOfWriter = 1_500

/// What a writer's items are in the end.
private struct Written: Sendable {
  var vectors: [String: [Float]] = [:]
  var changes = 0
}

/// Counts over all threads.
private final class Tally: Sendable {
  let searches = Atomic(0)
  let wrong = Atomic(0)
  let compactions = Atomic(0)
  let isOver = Atomic(false)
}

func stress(seconds: Double) throws {
  let folder = temporaryFolder()
  defer { try? FileManager.default.removeItem(at: folder) }
  var configuration = LiveIndex.Configuration()
  configuration.kind = .scann
  configuration.compactionMinimum = 1_000
  configuration.scann.iterations = 2
  let live = try LiveIndex(at: folder, dimensions: dimensions, configuration: configuration)
  let tally = Tally()
  let results = Mutex<[Written]>([])
  let group = DispatchGroup()
  // Threads of their own: a queue begins no more than the machine has cores.
  func run(_ body: @escaping @Sendable () -> Void) {
    group.enter()
    Thread.detachNewThread {
      body()
      group.leave()
    }
  }
  for number in 0..<writers {
    run {
      let written = change(live, number, tally)
      results.withLock { $0.append(written) }
    }
  }
  for number in 0..<readers {
    run { search(live, UInt64(100 + number), tally) }
  }
  run {
    while !tally.isOver.load(ordering: .relaxed) {
      Thread.sleep(forTimeInterval: 1)
      if (try? live.compact()) == nil { tally.wrong.add(1, ordering: .relaxed) }
      if (try? live.measuredRecall()) == nil { tally.wrong.add(1, ordering: .relaxed) }
      tally.compactions.add(1, ordering: .relaxed)
    }
  }
  Thread.sleep(forTimeInterval: seconds)
  tally.isOver.store(true, ordering: .relaxed)
  group.wait()

  var expected: [String: [Float]] = [:]
  var changes = 0
  for written in results.withLock({ $0 }) {
    expected.merge(written.vectors) { a, _ in a }
    changes += written.changes
  }
  var failed = tally.wrong.load(ordering: .relaxed)
  let checks = try disagreements(live, expected)
  failed += checks.failed
  live.close()
  // Generations count compactions, those that began by themselves too.
  let generation =
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
    .compactMap { $0.hasPrefix("base-") ? Int($0.dropFirst(5).prefix { $0.isNumber }) : nil }.max()
  let again = try LiveIndex(at: folder, dimensions: dimensions, configuration: configuration)
  let reopened = try disagreements(again, expected)
  failed += reopened.failed
  // Whoever asks for a compaction gets one, however many begin by themselves.
  if tally.compactions.load(ordering: .relaxed) == 0 { failed += 1 }
  print(
    "\(Int(seconds)) s: \(tally.searches.load(ordering: .relaxed)) searches, \(changes) changes, "
      + "\((generation ?? 1) - 1) compactions (\(tally.compactions.load(ordering: .relaxed)) asked for), "
      + "\(expected.count) items at the end"
  )
  conclude(passed: checks.passed + reopened.passed, failed: failed)
}

/// Changes items that no other writer touches.
private func change(_ live: LiveIndex, _ number: Int, _ tally: Tally) -> Written {
  var random = RandomStream(seed: UInt64(number))
  var written = Written()
  while !tally.isOver.load(ordering: .relaxed) {
    var changes: [LiveChange] = []
    var vectors = written.vectors
    for _ in 0...random.below(8) {
      let identifier = "\(number)/\(random.below(itemsOfWriter))"
      if vectors[identifier] != nil, random.below(3) == 0 {
        vectors[identifier] = nil
        changes.append(.delete(identifier))
      } else {
        // Whole numbers, so that every sum is exact.
        let vector = (0..<dimensions).map { _ in Float(random.below(17) - 8) }
        vectors[identifier] = vector
        changes.append(.upsert(identifier, vector))
      }
    }
    do {
      try live.apply(changes)
      written.vectors = vectors
      written.changes += changes.count
    } catch {
      tally.wrong.add(1, ordering: .relaxed)
    }
  }
  return written
}

/// Searches, and looks at what must hold of every answer.
private func search(_ live: LiveIndex, _ seed: UInt64, _ tally: Tally) {
  var random = RandomStream(seed: seed)
  while !tally.isOver.load(ordering: .relaxed) {
    let query = (0..<dimensions).map { _ in Float(random.below(17) - 8) }
    let excluded = Set((0..<5).map { "0/\($0 + random.below(100))" })
    let found = (try? live.nearest(10, to: query, excluding: excluded)) ?? []
    let isOrdered = zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score }
    let areDistinct = Set(found.map(\.identifier)).count == found.count
    if !isOrdered || !areDistinct || found.contains(where: { excluded.contains($0.identifier) }) {
      tally.wrong.add(1, ordering: .relaxed)
    }
    tally.searches.add(1, ordering: .relaxed)
  }
}

/// Compares every item and every score with plain loops.
private func disagreements(
  _ live: LiveIndex, _ expected: [String: [Float]]
) throws -> (passed: Int, failed: Int) {
  var failed = live.count == expected.count ? 0 : 1
  var random = RandomStream(seed: 7)
  for _ in 0..<20 {
    let query = (0..<dimensions).map { _ in Float(random.below(17) - 8) }
    let found = try live.nearest(expected.count + 1, to: query)
    let wanted = expected.map { identifier, vector in
      LiveNeighbor(identifier: identifier, score: zip(query, vector).reduce(0) { $0 + $1.0 * $1.1 })
    }
    if Set(found) != Set(wanted) || found.count != wanted.count { failed += 1 }
  }
  return (21 - failed, failed)
}
