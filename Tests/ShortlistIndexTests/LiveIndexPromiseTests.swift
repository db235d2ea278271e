import Foundation
import ShortlistTensors
import ShortlistTesting
import Synchronization
import Testing

@testable import ShortlistIndex

@Suite("Live index: what it promises")
struct LiveIndexPromiseTests {
  @Test("Changes made at once come back together or not at all, wherever the log is cut")
  func tornBatch() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
      try live.upsert("a", [1, 1, 1])
      let log = folder.appending(path: "log-1")
      let before = try Data(contentsOf: log).count
      try live.apply([
        .upsert("b", [1, 2, 3]), .delete("a"), .upsert("c", [1, 0, 0]), .delete("b"),
      ])
      live.close()
      let whole = try Data(contentsOf: log)
      for length in before...whole.count {
        try whole.prefix(length).write(to: log)
        let live = try LiveIndex(at: folder, dimensions: 3, configuration: .manual)
        let items = try live.nearest(9, to: [1, 0, 0]).map(\.identifier)
        #expect(items == (length < whole.count ? ["a"] : ["c"]), "cut at \(length)")
        live.close()
      }
    }
  }

  @Test("A filter tells items apart by their bytes, before a compaction and after")
  func lookalikes() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(at: folder, dimensions: 1, configuration: .manual)
      let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
      try live.apply([.upsert(composed, [1]), .upsert(decomposed, [2])])
      for _ in 0..<2 {
        #expect(live.count == 2)
        for found in [
          try live.nearest(2, to: [1], excluding: [decomposed]),
          try live.nearest(2, to: [1], among: [composed]),
        ] {
          #expect(found.map { Array($0.identifier.utf8) } == [Array(composed.utf8)])
        }
        try live.compact()
      }
    }
  }

  @Test(
    "A score does not depend on whether a compaction came between", arguments: Similarity.allCases)
  func scores(similarity: Similarity) throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(
        at: folder, dimensions: 2, similarity: similarity, configuration: .manual)
      try live.apply([.upsert("a", [3, 4]), .upsert("b", [1, 0]), .upsert("c", [0, -2])])
      let before = try live.nearest(3, to: [1, 1])
      try live.compact()
      let after = try live.nearest(3, to: [1, 1])
      #expect(before.map(\.identifier) == after.map(\.identifier))
      for (a, b) in zip(before, after) { #expect(abs(a.score - b.score) < 1e-5) }
    }
  }

  @Test("Where no new log can be made, the old one goes on, and the next attempt waits")
  func noNewLog() throws {
    try withLiveFolder { folder in
      let live = try LiveIndex(at: folder, dimensions: 1, configuration: .manual)
      try live.upsert("a", [1])
      try FileManager.default.createDirectory(
        at: folder.appending(path: "log-2"), withIntermediateDirectories: false)
      #expect(throws: FileError.self) { try live.compact() }
      #expect(live.compactionError is FileError)
      #expect(live.writer.withLock { $0.nextAttempt } == 1 + live.configuration.compactionMinimum)
      try live.upsert("b", [2])
      try live.compact()
      live.close()
      let again = try LiveIndex(at: folder, dimensions: 1, configuration: .manual)
      #expect(try again.nearest(3, to: [1]).map(\.identifier) == ["b", "a"])
    }
  }

  @Test("A closed index leaves the folder to whoever opens it next")
  func closed() throws {
    try withLiveFolder { folder in
      let first = try LiveIndex(at: folder, dimensions: 1, configuration: .manual)
      try first.upsert("a", [1])
      first.close()
      let second = try LiveIndex(at: folder, dimensions: 1, configuration: .manual)
      try second.compact()
      try second.upsert("b", [2])
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
      #expect(throws: IndexError.self) { try first.compact() }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted() == names)
      // What was there stays searchable.
      #expect(try first.nearest(3, to: [1]).map(\.identifier) == ["a"])
    }
  }

  /// A folder with a ScaNN index of few leaves over some vectors.
  private func makeShallow(_ folder: URL, _ vectors: Matrix, leavesToSearch: Int) throws {
    var configuration = LiveIndex.Configuration.manual
    configuration.kind = .scann
    (configuration.scann.leaves, configuration.scann.leavesToSearch) = (60, leavesToSearch)
    configuration.scann.reordering = 10
    // The file then does not need the vectors that it is opened with.
    configuration.scann.precision = .int8
    let live = try LiveIndex(
      at: folder, dimensions: vectors.columns, configuration: configuration)
    try live.apply(
      (0..<vectors.rows).map { row in
        .upsert("\(row)", (0..<vectors.columns).map { vectors[row, $0] })
      })
    try live.compact()
    live.close()
  }

  @Test("An index file of another catalogue is refused, and named")
  func otherIndex() throws {
    try withLiveFolder { folder in
      let (small, large) = (folder.appending(path: "small"), folder.appending(path: "large"))
      for (place, rows) in [(small, 1200), (large, 1500)] {
        let vectors = IndexContract.randomVectors(rows, dimensions: 8, seed: 1)
        try makeShallow(place, vectors, leavesToSearch: 60)
      }
      let name = "index-2.safetensors"
      try FileManager.default.removeItem(at: small.appending(path: name))
      try FileManager.default.copyItem(
        at: large.appending(path: name), to: small.appending(path: name))
      let error = #expect(throws: IndexError.self) {
        _ = try LiveIndex(at: small, dimensions: 8, configuration: .manual)
      }
      #expect(error?.code == .damagedFile && error?.message.contains(name) == true)
    }
  }

  @Test("Where recent queries find too little, the background makes the index anew")
  func driftInTheBackground() throws {
    try withLiveFolder { folder in
      let vectors = IndexContract.randomVectors(3000, dimensions: 16, seed: 1)
      try makeShallow(folder, vectors, leavesToSearch: 1)
      var configuration = LiveIndex.Configuration()
      configuration.kind = .scann
      configuration.recallInterval = .zero
      // Nothing changes, so that only recall can be the reason.
      configuration.compactionMinimum = .max
      let live = try LiveIndex(at: folder, dimensions: 16, configuration: configuration)
      let asked = IndexContract.randomVectors(800, dimensions: 16, seed: 2)
      func ask() throws {
        for query in 0..<800 { _ = try live.nearest(10, to: (0..<16).map { asked[query, $0] }) }
      }
      let before = live.current.base
      let clock = ContinuousClock()
      let deadline = clock.now + .seconds(60)
      while live.current.base === before, clock.now < deadline { try ask() }
      #expect(live.current.base !== before)
      #expect(live.compactionError == nil)
      #expect(try #require(try live.measuredRecall()) > 0.9)
    }
  }
}
