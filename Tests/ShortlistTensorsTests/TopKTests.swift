import ShortlistTensors
import Testing

@Suite("Top k")
struct TopKTests {
  /// By a full sort.
  private func oracle(_ scores: [Float], _ k: Int) -> [(row: Int, score: Float)] {
    let pairs = scores.enumerated().filter { !$0.element.isNaN }
    let sorted = pairs.sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
    return sorted.prefix(k).map { ($0.offset, $0.element) }
  }

  private func expectEqual(
    _ found: [(row: Int, score: Float)], _ wanted: [(row: Int, score: Float)]
  ) {
    #expect(found.map(\.row) == wanted.map(\.row))
    #expect(found.map(\.score) == wanted.map(\.score))
  }

  private static let families: [(String, @Sendable (Int) -> Float)] = [
    (
      "random",
      { i in
        var random = RandomStream(seed: UInt64(i))
        return random.uniform() - 0.5
      }
    ),
    ("many ties", { Float($0 * 7 % 5) }),
    ("all equal", { _ in -2 }),
    ("rising", { Float($0) }),
    ("falling", { Float(-$0) }),
    ("signed zeros", { $0 % 2 == 0 ? 0.0 : -0.0 }),
    ("infinities and NaN", { [Float.infinity, -.infinity, .nan, 1][$0 % 4] }),
    ("minus infinity", { _ in -.infinity }),
    ("NaN", { _ in .nan }),
  ]

  @Test(
    "The k best come out as by a full sort", arguments: 0..<families.count,
    [0, 1, 63, 64, 65, 1000, 10_007])
  func agreesWithSort(family: Int, n: Int) {
    let scores = (0..<n).map(Self.families[family].1)
    for k in [1, 2, 10, 255, 256, 257, 1500, 20_000] {
      var whole = TopK(k)
      whole.offer(scores.span, firstRow: 0)
      expectEqual(whole.best(), oracle(scores, k))

      // In blocks that come in any order, and one by one.
      let blocks = stride(from: 0, to: n, by: 97).map { $0..<min($0 + 97, n) }
      var backwards = TopK(k)
      for block in blocks.reversed() {
        backwards.offer(scores.span.extracting(block), firstRow: block.lowerBound)
      }
      expectEqual(backwards.best(), oracle(scores, k))

      var single = TopK(k)
      for (row, score) in scores.enumerated().reversed() { single.offer(score, row: row) }
      expectEqual(single.best(), oracle(scores, k))
    }
  }

  @Test("Parts merge to the whole", arguments: [1, 10, 300])
  func merges(k: Int) {
    let scores = (0..<5000).map { Float($0 * 7919 % 613) }
    var parts = (0..<4).map { _ in TopK(k) }
    for (part, start) in [3000, 0, 4000, 1000].enumerated() {
      let end = start == 1000 ? 3000 : start + 1000
      parts[part].offer(scores.span.extracting(start..<end), firstRow: start)
    }
    var whole = parts[0]
    for part in parts[1...] { whole.merge(part) }
    expectEqual(whole.best(), oracle(scores, k))
  }

  @Test("After removing all it starts anew")
  func removesAll() {
    var top = TopK(2)
    top.offer([Float](repeating: 9, count: 1000).span, firstRow: 0)
    top.removeAll()
    #expect(top.best().isEmpty)
    top.offer(([1, 3, 2] as [Float]).span, firstRow: 0)
    expectEqual(top.best(), [(1, 3), (2, 2)])
  }
}

@Suite("Score tiles")
struct ScoreTileTests {
  @Test("A tile holds the inner products", arguments: [1, 2, 15, 16, 17, 33], [1, 7, 64, 65])
  func products(vectors: Int, dimensions: Int) {
    let matrix = integers(vectors + 3, dimensions, seed: 1)
    let queries = integers(9, dimensions, seed: 2)
    var tile = ScoreTile(queries: 4, vectors: vectors, dimensions: dimensions)
    for block in [3..<vectors + 3, 1..<vectors, 2..<2] {
      tile.pack(matrix, rows: block)
      for group in [0..<4, 4..<8, 8..<9] {
        tile.score(queries, rows: group)
        for query in group {
          let scores = tile[query - group.lowerBound]
          #expect(scores.count == block.count)
          for i in 0..<scores.count {
            let wanted = (0..<dimensions).reduce(Float(0)) {
              $0 + queries[query, $1] * matrix[block.lowerBound + i, $1]
            }
            #expect(scores[i] == wanted)
          }
        }
      }
    }
  }

  @Test("Rows score the same one by one and in blocks", arguments: [1, 3, 16, 31, 64])
  func blocksDoNotMatter(dimensions: Int) {
    var random = RandomStream(seed: 3)
    let values = (0..<101 * dimensions).map { _ in random.uniform() - 0.5 }
    let matrix = Matrix(rows: 101, columns: dimensions, values: values)
    let query = matrix[row: 50]
    var whole = [Float](repeating: 0, count: 101)
    var target = whole.mutableSpan
    matrix.innerProducts(of: query, withRows: 0..<101, into: &target)
    for size in [1, 2, 5, 16] {
      for start in stride(from: 0, to: 101, by: size) {
        let range = start..<min(start + size, 101)
        var part = [Float](repeating: 0, count: size)
        var target = part.mutableSpan
        matrix.innerProducts(of: query, withRows: range, into: &target)
        #expect(Array(part.prefix(range.count)) == Array(whole[range]))
      }
    }
  }

  private func integers(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed)
    return Matrix(
      rows: rows, columns: columns,
      values: (0..<rows * columns).map { _ in Float(random.below(17) - 8) })
  }
}
