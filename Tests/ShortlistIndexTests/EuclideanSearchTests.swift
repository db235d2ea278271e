import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistIndex

@Suite("Euclidean search")
struct EuclideanSearchTests {
  @Test("Scores are minus the squared distances, best first")
  func distances() throws {
    let vectors = Matrix(rows: 4, columns: 2, values: [3, 4, 0, 0, 1, 1, -5, 12])
    let index = try ExactIndex(vectors, similarity: .euclidean)
    #expect(
      try index.nearest(4, to: [0, 0]) == [
        Neighbor(row: 1, score: 0), Neighbor(row: 2, score: -2), Neighbor(row: 0, score: -25),
        Neighbor(row: 3, score: -169),
      ])
  }

  @Test(
    "Every vector finds itself at distance 0, alone and in a batch", arguments: [1, 3, 64, 100])
  func findsItself(dimensions: Int) throws {
    let vectors = gaussian(1500, dimensions, seed: 11)
    let index = try ExactIndex(vectors, similarity: .euclidean)
    let batch = try index.nearest(1, to: vectors)
    for row in stride(from: 0, to: 1500, by: 7) {
      let single = try index.nearest(1, to: vectors[row: row])
      #expect(single == batch[row])
      #expect(single[0].score == 0)
      if dimensions > 1 { #expect(single[0].row == row) }
    }
  }

  @Test(
    "Near duplicates far from the origin keep their order",
    arguments: [Float(0), 1, 1000, 100_000, 1_048_576])
  func nearDuplicates(offset: Float) throws {
    // Steps of 1/8 beside an offset whose square swallows them in single precision.
    let order = (0..<500).map { $0 * 7919 % 500 }
    var vectors = Matrix(rows: 500, columns: 6)
    for (row, place) in order.enumerated() {
      for i in 0..<6 { vectors[row, i] = offset + (i == 2 ? Float(place) / 8 : 0) }
    }
    let query = [Float](repeating: offset, count: 6)
    let index = try ExactIndex(vectors, similarity: .euclidean)
    let wanted = IndexContract.bruteForce(20, to: query, in: vectors, by: .euclidean)
    #expect(wanted.map { order[$0.row] } == Array(0..<20))
    #expect(try index.nearest(20, to: query) == wanted)
    let batch = try index.nearest(20, to: Matrix(rows: 1, columns: 6, values: query))
    #expect(batch == [wanted])
    let filtered = try index.nearest(3, to: query, where: .excluding([wanted[0].row]))
    #expect(filtered == Array(wanted[1...3]))
  }

  @Test("Identical vectors are all found, by row")
  func identical() throws {
    var vectors = Matrix(rows: 300, columns: 5)
    for row in 0..<300 { for i in 0..<5 { vectors[row, i] = 0.1 } }
    let index = try ExactIndex(vectors, similarity: .euclidean)
    let found = try index.nearest(7, to: [0.1, 0.1, 0.1, 0.1, 0.1])
    #expect(found == (0..<7).map { Neighbor(row: $0, score: 0) })
    #expect(try index.nearest(300, to: [9, 9, 9, 9, 9]).map(\.row) == Array(0..<300))
  }

  @Test("Vectors of zeros are as far as the query is long")
  func zeros() throws {
    let index = try ExactIndex(Matrix(rows: 40, columns: 3), similarity: .euclidean)
    #expect(try index.nearest(2, to: [0, 0, 0]).map(\.score) == [0, 0])
    #expect(try index.nearest(1, to: [1, 2, 2]) == [Neighbor(row: 0, score: -9)])
  }

  @Test(
    "Lengths up to 1e18 and down to 1e-30 are ranked", arguments: [Float(1e18), 1e9, 1e-20, 1e-30])
  func lengths(scale: Float) throws {
    var vectors = Matrix(rows: 200, columns: 2)
    for row in 0..<200 { vectors[row, 0] = scale * Float(199 - row) / 200 }
    let index = try ExactIndex(vectors, similarity: .euclidean)
    let found = try index.nearest(3, to: [0, 0])
    if scale * scale / 40_000 > 0 {
      #expect(found.map(\.row) == [199, 198, 197])
    } else {
      // Distances whose squares are no numbers but 0 are ties.
      #expect(found.map(\.row) == [0, 1, 2])
    }
    #expect(found.allSatisfy { $0.score <= 0 && $0.score.isFinite })
  }

  @Test("A vector or a query that is too long is refused by its name")
  func tooLong() throws {
    var vectors = Matrix(rows: 9, columns: 2)
    vectors[6, 1] = 1e19
    let error = try #require(throws: IndexError.self) {
      try ExactIndex(vectors, similarity: .euclidean)
    }
    #expect(error.code == .tooLong)
    #expect(error.message.hasPrefix("vector 6 is 1e+19 long;"))
    #expect(try ExactIndex(vectors).count == 9)
    let index = try ExactIndex(Matrix(rows: 9, columns: 2), similarity: .euclidean)
    let alone = try #require(throws: IndexError.self) { try index.nearest(1, to: [2e18, 0]) }
    #expect(alone.message.hasPrefix("the query is 2e+18 long;"))
    let batch = Matrix(rows: 2, columns: 2, values: [0, 0, 2e18, 0])
    let second = try #require(throws: IndexError.self) { try index.nearest(1, to: batch) }
    #expect(second.message.hasPrefix("query 1 is 2e+18 long;"))
  }

  @Test("A NaN is refused by its row", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(bad: Float) throws {
    var vectors = gaussian(90, 4, seed: 12)
    vectors[71, 3] = bad
    let error = try #require(throws: IndexError.self) {
      try ExactIndex(vectors, similarity: .euclidean)
    }
    #expect(error.code == .notFinite)
    #expect(error.message.hasPrefix("vector 71 has \(bad) at element 3;"))
  }
}
