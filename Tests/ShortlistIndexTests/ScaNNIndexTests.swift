import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistIndex

/// Vectors in clumps, as embeddings are: recall on them is what users see.
func clumpedVectors(_ count: Int, dimensions: Int, clumps: Int, seed: UInt64) -> Matrix {
  var random = RandomStream(seed: 77)
  var centers = Matrix(rows: clumps, columns: dimensions)
  for row in 0..<clumps { for i in 0..<dimensions { centers[row, i] = random.normal() } }
  random = RandomStream(seed: seed)
  var vectors = Matrix(rows: count, columns: dimensions)
  for row in 0..<count {
    let clump = random.below(clumps)
    for i in 0..<dimensions { vectors[row, i] = centers[clump, i] + 0.4 * random.normal() }
  }
  return vectors
}

@Suite("ScaNN index")
struct ScaNNIndexTests {
  private static let vectors = clumpedVectors(6000, dimensions: 24, clumps: 60, seed: 1)
  private static let queries = clumpedVectors(60, dimensions: 24, clumps: 60, seed: 2)

  private func recall(
    _ index: ScaNNIndex, _ vectors: Matrix, filters: [RowFilter] = [.all]
  ) throws -> Double {
    let exact = try ExactIndex(vectors, similarity: index.similarity)
    let truth = try exact.nearest(10, to: Self.queries, where: filters)
    let found = try index.nearest(10, to: Self.queries, where: filters)
    var hits = 0
    for (wanted, got) in zip(truth, found) {
      #expect(got.count == wanted.count)
      hits += Set(got.map(\.row)).intersection(wanted.map(\.row)).count
    }
    return Double(hits) / Double(truth.map(\.count).reduce(0, +))
  }

  @Test("The default finds nearly all neighbours", arguments: Similarity.allCases)
  func defaultRecall(similarity: Similarity) throws {
    let index = try ScaNNIndex(Self.vectors, similarity: similarity)
    #expect(try recall(index, Self.vectors) > 0.97)
    #expect(index.configuration.leaves == 216 && !index.isExact)
  }

  @Test("Scores are those of exact search where the exact vectors are kept")
  func exactScores() throws {
    let index = try ScaNNIndex(Self.vectors)
    let exact = try ExactIndex(Self.vectors)
    for query in 0..<10 {
      let all = try exact.nearest(6000, to: Self.queries[row: query])
      let scores = Dictionary(uniqueKeysWithValues: all.map { ($0.row, $0.score) })
      for neighbor in try index.nearest(10, to: Self.queries[row: query]) {
        let wanted = try #require(scores[neighbor.row])
        #expect(abs(neighbor.score - wanted) <= 1e-5 * abs(wanted))
      }
    }
  }

  @Test("Deeper searches find more, and all leaves with all candidates find everything")
  func depth() throws {
    let index = try ScaNNIndex(Self.vectors)
    let exact = try ExactIndex(Self.vectors)
    var last = 0
    for depth in [(1, 10), (2, 20), (4, 40), (216, 6000)] {
      var hits = 0
      for query in 0..<Self.queries.rows {
        let truth = try Set(exact.nearest(10, to: Self.queries[row: query]).map(\.row))
        hits += try index.nearest(
          10, to: Self.queries[row: query], depth: .init(leaves: depth.0, reordering: depth.1)
        ).count { truth.contains($0.row) }
      }
      #expect(hits > last)
      last = hits
    }
    #expect(last == 10 * Self.queries.rows)
  }

  @Test(
    "Filters keep recall and give k results at every selectivity",
    arguments: [0.5, 0.1, 0.01, 0.001])
  func filters(share: Double) throws {
    var random = RandomStream(seed: 4)
    let rows = (0..<6000).filter { _ in Double(random.uniform()) < share }
    let index = try ScaNNIndex(Self.vectors)
    #expect(try recall(index, Self.vectors, filters: [.among(rows)]) > 0.97)
    #expect(try recall(index, Self.vectors, filters: [.excluding(rows)]) > 0.97)
    let each = (0..<60).map { RowFilter.among(rows).excluding([rows[$0 % rows.count]]) }
    #expect(try recall(index, Self.vectors, filters: each) > 0.97)
  }

  @Test("Where the filter leaves rows of far leaves only, they are found")
  func farRows() throws {
    let index = try ScaNNIndex(Self.vectors)
    let exact = try ExactIndex(Self.vectors)
    let query = Self.queries[row: 0]
    let worst = try exact.nearest(6000, to: query).suffix(2500).map(\.row)
    let found = try index.nearest(10, to: query, where: .among(worst))
    #expect(found.count == 10 && found.allSatisfy { worst.contains($0.row) })
  }

  @Test("A filter of whole clumps away from the query keeps recall")
  func clumpedFilter() throws {
    let vectors = clumpedVectors(40_000, dimensions: 8, clumps: 40, seed: 3)
    let index = try ScaNNIndex(vectors)
    let exact = try ExactIndex(vectors)
    for query in 0..<20 {
      let query = vectors[row: query]
      // Rows by their score, of which a band in the middle may be returned.
      let order = try exact.nearest(40_000, to: query).map(\.row)
      let filter = RowFilter.among(order[25_000..<29_000])
      let wanted = try exact.nearest(10, to: query, where: filter).map(\.row)
      #expect(
        Set(try index.nearest(10, to: query, where: filter).map(\.row)).isSuperset(
          of: wanted.prefix(5)))
    }
  }

  @Test("A query whose codes have no scores still gets k results")
  func enormousQuery() throws {
    var vectors = Matrix(rows: 5000, columns: 2)
    var random = RandomStream(seed: 8)
    for row in 0..<5000 { for i in 0..<2 { vectors[row, i] = random.uniform() * 2 - 1 } }
    var configuration = ScaNNIndex.Configuration()
    configuration.leaves = 1
    let index = try ScaNNIndex(vectors, configuration: configuration)
    let query: [Float] = [3e38, 0]
    let found = try index.nearest(10, to: query.span)
    #expect(found.map(\.row) == (try ExactIndex(vectors).nearest(10, to: query.span).map(\.row)))
  }

  @Test("SOAR puts every vector in a second leaf, and each row comes once")
  func soar() throws {
    var configuration = ScaNNIndex.Configuration()
    configuration.soarLambda = 1.5
    let index = try ScaNNIndex(Self.vectors, configuration: configuration)
    var leaves = [Set<Int>](repeating: [], count: 6000)
    for leaf in 0..<(index.configuration.leaves ?? 0) {
      for position in index.parts.leafOffsets[leaf]..<index.parts.leafOffsets[leaf + 1] {
        leaves[Int(index.parts.rows[position])].insert(leaf)
      }
    }
    #expect(leaves.allSatisfy { $0.count == 2 })
    for query in 0..<20 {
      let rows = try index.nearest(50, to: Self.queries[row: query]).map(\.row)
      #expect(Set(rows).count == 50)
    }
  }

  @Test("The score-aware loss ranks better than plain errors, before reordering")
  func anisotropic() throws {
    var recalls: [Double] = []
    for threshold: Float in [0, 0.5] {
      var configuration = ScaNNIndex.Configuration()
      (configuration.leaves, configuration.reordering) = (1, 10)
      configuration.anisotropicThreshold = threshold
      let directions = clumpedVectors(6000, dimensions: 24, clumps: 60, seed: 1)
      let index = try ScaNNIndex(
        directions, configuration: configuration, similarity: .cosine)
      recalls.append(try recall(index, directions))
    }
    #expect(recalls[1] > recalls[0])
  }

  @Test("Codes take at most 0.6 bytes a dimension")
  func memory() throws {
    var configuration = ScaNNIndex.Configuration()
    configuration.leaves = 50
    for dimensions in [32, 64, 100] {
      let vectors = IndexContract.randomVectors(3000, dimensions: dimensions, seed: 3)
      let index = try ScaNNIndex(vectors, configuration: configuration)
      // Tables that do not grow with the vectors are left out of so small an index.
      let fixed = 50 * (dimensions + 12) + dimensions * 64
      #expect(Double(index.byteCount - fixed) <= 0.6 * Double(vectors.count))
    }
  }
}

@Suite("ScaNN index: vectors that are hard")
struct ScaNNHardVectorsTests {
  @Test("More leaves than vectors are cut to as many", arguments: [1, 2, 3, 10])
  func fewVectors(count: Int) throws {
    var configuration = ScaNNIndex.Configuration()
    configuration.leaves = 500
    let vectors = IndexContract.randomVectors(count, dimensions: 6, seed: 1)
    let index = try ScaNNIndex(vectors, configuration: configuration)
    #expect(index.configuration.leaves == count)
    let found = try index.nearest(50, to: vectors[row: 0])
    #expect(Set(found.map(\.row)) == Set(0..<count))
  }

  @Test(
    "Identical vectors and zero vectors are indexed and found", arguments: ScaNNVariant.allCases)
  func identical(variant: ScaNNVariant) throws {
    for value: Float in [0, 1, -3] {
      for similarity in [Similarity.innerProduct, .cosine] {
        let vectors = Matrix(
          rows: 500, columns: 4, values: [Float](repeating: value, count: 2000))
        let index = try ScaNNIndex(
          vectors, configuration: variant.configuration, similarity: similarity)
        let found = try index.nearest(20, to: [1, 1, 1, 1])
        #expect(found.count == 20 && Set(found.map(\.row)).count == 20)
        let wanted = similarity == .cosine ? value == 0 ? 0 : value / abs(value) * 2 / 2 : 4 * value
        #expect(found.allSatisfy { abs($0.score - wanted) < 2e-2 * max(1, abs(wanted)) })
        #expect(try index.nearest(600, to: [0, 0, 0, 0]).count == 500)
      }
    }
  }

  @Test("NaN and infinity are refused by row", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    var vectors = IndexContract.randomVectors(300, dimensions: 3, seed: 1)
    vectors[217, 1] = value
    for similarity in [Similarity.innerProduct, .cosine] {
      let error = #expect(throws: IndexError.self) {
        _ = try ScaNNIndex(vectors, similarity: similarity)
      }
      #expect(error?.code == .notFinite && error?.message.contains("vector 217") == true)
    }
  }

  @Test("Very large and very small vectors are found")
  func extremes() throws {
    for scale: Float in [1e-30, 1e-18, 1e15] {
      var vectors = IndexContract.randomVectors(400, dimensions: 5, seed: 6)
      vectors.scale(by: scale)
      let index = try ScaNNIndex(vectors, similarity: .cosine)
      for row in stride(from: 0, to: 400, by: 37) {
        let found = try index.nearest(1, to: vectors[row: row])
        #expect(abs((found.first?.score ?? 0) - 1) < 1e-3)
      }
    }
  }

  @Test(
    "A parameter out of range is named",
    arguments: [
      "leaves", "leavesToSearch", "reordering", "trainingSample", "iterations",
      "dimensionsPerBlock", "anisotropicThreshold", "soarLambda",
    ])
  func parameters(name: String) throws {
    var configuration = ScaNNIndex.Configuration()
    switch name {
    case "leaves": configuration.leaves = 0
    case "leavesToSearch": configuration.leavesToSearch = -1
    case "reordering": configuration.reordering = 0
    case "trainingSample": configuration.trainingSample = 0
    case "iterations": configuration.iterations = 0
    case "dimensionsPerBlock": configuration.dimensionsPerBlock = 65
    case "anisotropicThreshold": configuration.anisotropicThreshold = 1
    default: configuration.soarLambda = .nan
    }
    let error = #expect(throws: IndexError.self) {
      _ = try ScaNNIndex(Matrix(rows: 10, columns: 2), configuration: configuration)
    }
    #expect(error?.code == .invalidConfiguration && error?.message.hasPrefix(name) == true)
  }
}
