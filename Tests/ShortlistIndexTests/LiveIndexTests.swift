import Foundation
import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistIndex

/// A folder that is there for a test.
func withLiveFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-live-\(UInt64.random(in: 0 ... .max))")
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// What a live index must hold, by plain means.
struct LiveOracle {
  var vectors: [String: [Float]] = [:]
  /// In order of the last upsert: of equal scores the earlier comes first.
  var order: [String] = []

  mutating func apply(_ change: LiveChange) {
    order.removeAll { $0 == change.identifier }
    switch change {
    case .upsert(let identifier, let vector):
      vectors[identifier] = vector
      order.append(identifier)
    case .delete(let identifier): vectors[identifier] = nil
    }
  }

  func nearest(
    _ k: Int, to query: [Float], where isWanted: (String) -> Bool = { _ in true }
  ) -> [LiveNeighbor] {
    let all = order.filter(isWanted).map { identifier in
      var score: Float = 0
      for (a, b) in zip(query, vectors[identifier] ?? []) { score += a * b }
      return LiveNeighbor(identifier: identifier, score: score)
    }
    let sorted = all.enumerated().sorted {
      ($1.element.score, $0.offset) < ($0.element.score, $1.offset)
    }
    return sorted.prefix(k).map(\.element)
  }
}

/// Random changes of few items, so that they are often replaced and deleted.
func randomChange(_ random: inout RandomStream, items: Int, in oracle: LiveOracle) -> LiveChange {
  let identifier = "item \(random.below(items))"
  if oracle.vectors[identifier] != nil, random.below(3) == 0 { return .delete(identifier) }
  return .upsert(identifier, (0..<6).map { _ in Float(random.below(17) - 8) })
}

extension LiveIndex.Configuration {
  static var manual: Self {
    var configuration = Self()
    configuration.compactsByItself = false
    configuration.kind = .exact
    return configuration
  }
}

private let queries: [[Float]] = [[1, 2, 3, -1, 0, 2], [-4, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 0]]

@Suite("Live index")
struct LiveIndexTests {
  private func check(_ live: LiveIndex, _ oracle: LiveOracle) throws {
    #expect(live.count == oracle.vectors.count)
    let items = Set(oracle.order.prefix(oracle.order.count / 3))
    for query in queries {
      for k in [1, 7, 1000] {
        #expect(try live.nearest(k, to: query) == oracle.nearest(k, to: query))
        #expect(
          try live.nearest(k, to: query, excluding: items)
            == oracle.nearest(k, to: query) { !items.contains($0) })
        #expect(
          try live.nearest(k, to: query, excluding: ["item 3"], among: items)
            == oracle.nearest(k, to: query) { items.contains($0) && $0 != "item 3" })
      }
    }
  }

  @Test("Changes, compactions and openings in any order agree with plain means", arguments: 1...6)
  func oracle(seed: UInt64) throws {
    try withLiveFolder { folder in
      var random = RandomStream(seed: seed)
      var oracle = LiveOracle()
      var live = try LiveIndex(at: folder, dimensions: 6, configuration: .manual)
      for step in 0..<60 {
        switch random.below(12) {
        case 0:
          try live.compact()
          #expect(live.compactionError == nil)
        case 1:
          live.close()
          live = try LiveIndex(at: folder, dimensions: 6, configuration: .manual)
        default:
          var changes: [LiveChange] = []
          for _ in 0...random.below(20) {
            let change = randomChange(&random, items: 90, in: oracle)
            oracle.apply(change)
            changes.append(change)
          }
          try live.apply(changes)
        }
        if step % 6 == 0 { try check(live, oracle) }
      }
      try check(live, oracle)
      for item in 0..<90 {
        #expect(live.contains("item \(item)") == (oracle.vectors["item \(item)"] != nil))
      }
    }
  }

  @Test("A compaction leaves one generation of files, and cosine is that of what was given")
  func files() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(
        at: folder, dimensions: 2, similarity: .cosine, configuration: .manual)
      try live.upsert("north", [0, 5])
      try live.upsert("east", [0.1, 0])
      try live.upsert("nowhere", [0, 0])
      for _ in 0..<2 {
        let found = try live.nearest(3, to: [1, 1])
        #expect(Set(found.prefix(2).map(\.identifier)) == ["north", "east"])
        #expect(found.prefix(2).allSatisfy { abs($0.score - Float(0.5).squareRoot()) < 1e-6 })
        #expect(found.last == LiveNeighbor(identifier: "nowhere", score: 0))
        try live.compact()
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
      #expect(names == ["CURRENT", "base-3.safetensors", "lock", "log-3"])
    }
  }

  @Test("Compaction begins by itself when enough has changed, and makes a tuned index")
  func automatic() throws {
    try withLiveFolder { folder in
      var configuration = LiveIndex.Configuration()
      configuration.kind = .scann
      configuration.compactionMinimum = 1500
      let live = try LiveIndex(at: folder, dimensions: 16, configuration: configuration)
      let vectors = clumpedVectors(3000, dimensions: 16, clumps: 30, seed: 1)
      func row(_ row: Int) -> [Float] { (0..<16).map { vectors[row, $0] } }
      for start in stride(from: 0, to: 3000, by: 250) {
        try live.apply((start..<start + 250).map { .upsert("\($0)", row($0)) })
      }
      // The compaction that is under way takes over what came meanwhile.
      let clock = ContinuousClock()
      let deadline = clock.now + .seconds(60)
      while live.current.base.identifiers.isEmpty, clock.now < deadline {
        try live.upsert("0", row(0))
      }
      #expect(live.compactionError == nil)
      #expect(live.current.base.index is ScaNNIndex)
      #expect(live.count == 3000)
      let exact = try ExactIndex(vectors)
      var hits = 0
      for query in 0..<50 {
        let truth = try Set(exact.nearest(10, to: row(query)).map { "\($0.row)" })
        hits += try live.nearest(10, to: row(query)).count { truth.contains($0.identifier) }
      }
      #expect(hits > 450)
      #expect((try live.measuredRecall() ?? 0) > 0.85)
    }
  }

  @Test("Where recent queries find too little, the index is made anew for them")
  func drift() throws {
    try withLiveFolder { folder in
      var configuration = LiveIndex.Configuration()
      configuration.kind = .scann
      configuration.compactsByItself = false
      // Fixed so shallow that it must miss.
      (configuration.scann.leaves, configuration.scann.leavesToSearch) = (60, 1)
      configuration.scann.reordering = 10
      let shallow = try LiveIndex(at: folder, dimensions: 16, configuration: configuration)
      let vectors = IndexContract.randomVectors(3000, dimensions: 16, seed: 1)
      func row(_ row: Int) -> [Float] { (0..<16).map { vectors[row, $0] } }
      try shallow.apply((0..<3000).map { .upsert("\($0)", row($0)) })
      try shallow.compact()
      shallow.close()

      (configuration.scann.leavesToSearch, configuration.scann.reordering) = (nil, nil)
      let live = try LiveIndex(at: folder, dimensions: 16, configuration: configuration)
      #expect(try live.measuredRecall() == nil)
      let asked = IndexContract.randomVectors(800, dimensions: 16, seed: 2)
      for query in 0..<800 { _ = try live.nearest(10, to: (0..<16).map { asked[query, $0] }) }
      let before = try #require(try live.compactIfRecallFell())
      #expect(before < 0.8)
      let after = try #require(try live.compactIfRecallFell())
      #expect(after > 0.9)
    }
  }

  @Test("Searches and changes go on while compactions run, and the end is as plain means have it")
  func concurrent() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(at: folder, dimensions: 6, configuration: .manual)
      // Each writer has items of its own, so that the end does not depend on who was first.
      let oracles = Parallel.$threads.withValue(4) {
        Parallel.map(4) { worker -> LiveOracle in
          var random = RandomStream(seed: UInt64(worker))
          var oracle = LiveOracle()
          for step in 0..<120 {
            var change = randomChange(&random, items: 40, in: oracle)
            switch change {
            case .upsert(let name, let vector): change = .upsert("\(worker) \(name)", vector)
            case .delete: change = .upsert("\(worker) item 0", [1, 2, 3, 4, 5, 6])
            }
            if let first = oracle.order.first, step % 3 == 0 { change = .delete(first) }
            oracle.apply(change)
            try? live.apply([change])
            let found = (try? live.nearest(5, to: queries[0])) ?? []
            if found.count != min(5, found.count)
              || zip(found, found.dropFirst()).contains(where: {
                $0.score < $1.score
              })
            {
              Issue.record("an unordered answer: \(found)")
            }
            if worker == 0, step % 20 == 10 { try? live.compact() }
          }
          return oracle
        }
      }
      var merged = LiveOracle()
      for oracle in oracles {
        for identifier in oracle.order {
          merged.apply(.upsert(identifier, oracle.vectors[identifier] ?? []))
        }
      }
      #expect(live.count == merged.vectors.count)
      for query in queries.prefix(2) {
        let found = try live.nearest(1000, to: query)
        let wanted = merged.nearest(1000, to: query)
        #expect(Set(found) == Set(wanted))
        #expect(found.map(\.score) == wanted.map(\.score))
      }
    }
  }
}
