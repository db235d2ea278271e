import Foundation
import ShortlistTensors
import ShortlistTesting
import Testing

@testable import ShortlistIndex

@Suite("Exact index")
struct ExactIndexTests {
  @Test(
    "The contract, in memory", arguments: IndexContract.Clause.allCases, Similarity.allCases)
  func contractInMemory(clause: IndexContract.Clause, similarity: Similarity) throws {
    try IndexContract(similarity: similarity) {
      try ExactIndex($0, similarity: similarity)
    }.check(clause)
  }

  @Test(
    "The contract, streamed from a file", arguments: IndexContract.Clause.allCases,
    Similarity.allCases)
  func contractStreamed(clause: IndexContract.Clause, similarity: Similarity) throws {
    try withTemporaryFolder { folder in
      let contract = IndexContract(similarity: similarity) { vectors in
        let file = folder.appending(path: "\(UInt64.random(in: .min ... .max)).safetensors")
        try Safetensors.write([("vectors", vectors)], to: file)
        return try ExactIndex(
          streaming: file, tensor: "vectors", blockRows: 100, similarity: similarity)
      }
      try contract.check(clause)
    }
  }

  @Test("A vector that is not finite is refused by its row", arguments: [Float.nan, .infinity])
  func refusesBadVectors(bad: Float) throws {
    var vectors = IndexContract.randomVectors(300, dimensions: 9, seed: 1)
    vectors[217, 4] = bad
    let error = try #require(throws: IndexError.self) { try ExactIndex(vectors) }
    #expect(error.code == .notFinite)
    #expect(error.message.hasPrefix("vector 217 has \(bad) at element 4;"))
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "vectors.safetensors")
      try Safetensors.write([("vectors", vectors)], to: file)
      let error = try #require(throws: IndexError.self) {
        try ExactIndex(streaming: file, tensor: "vectors", blockRows: 100)
      }
      #expect(error.message.hasPrefix("vector 217 has \(bad) at element 4;"))
    }
  }

  @Test("Vectors without elements are refused")
  func refusesNoDimensions() {
    #expect(throws: IndexError.self) { try ExactIndex(Matrix(rows: 3, columns: 0)) }
  }

  @Test(
    "A file in blocks gives the same bits as memory",
    arguments: [1, 3, 64, 1000, 5000], Similarity.allCases)
  func streamedEqualsMemory(blockRows: Int, similarity: Similarity) throws {
    let vectors = gaussian(1777, 19, seed: 2)
    let queries = gaussian(70, 19, seed: 3)
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "vectors.safetensors")
      try Safetensors.write([("other", queries), ("vectors", vectors)], to: file)
      let memory = try ExactIndex(vectors, similarity: similarity)
      let streamed = try ExactIndex(
        streaming: file, tensor: "vectors", blockRows: blockRows, similarity: similarity)
      #expect(streamed.count == 1777)
      let batch = try streamed.nearest(25, to: queries)
      #expect(try batch == memory.nearest(25, to: queries))
      for row in [0, 33, 69] {
        let query = queries[row: row]
        let single = try streamed.nearest(25, to: query, where: .excluding([1, 2, 3]))
        #expect(try single == memory.nearest(25, to: query, where: .excluding([1, 2, 3])))
      }
    }
  }

  @Test("One query over several threads gives the same bits as over one")
  func threadsDoNotMatter() throws {
    let index = try ExactIndex(gaussian(150_001, 64, seed: 4))
    let query = gaussian(1, 64, seed: 5)
    let one = try Parallel.$threads.withValue(1) {
      try index.nearest(100, to: query[row: 0], where: .all)
    }
    for threads in [2, 5] {
      let many = try Parallel.$threads.withValue(threads) {
        try index.nearest(100, to: query[row: 0], where: .all)
      }
      #expect(many == one)
    }
  }

  @Test(
    "A batch over several threads gives the same bits as over one", arguments: [1, 33, 600],
    Similarity.allCases)
  func threadsDoNotMatterToBatches(queries: Int, similarity: Similarity) throws {
    let index = try ExactIndex(gaussian(70_001, 9, seed: 8), similarity: similarity)
    let batch = gaussian(queries, 9, seed: 9)
    let filters = (0..<queries).map { RowFilter.excluding([$0, 35_000 + $0, 70_000 - $0]) }
    let one = try Parallel.$threads.withValue(1) {
      try index.nearest(13, to: batch, where: filters)
    }
    for threads in [2, 3, 16] {
      let many = try Parallel.$threads.withValue(threads) {
        try index.nearest(13, to: batch, where: filters)
      }
      #expect(many == one)
    }
  }

  @Test("A sparse and a dense filter of the same rows give the same bits")
  func sparseEqualsDense() throws {
    let index = try ExactIndex(gaussian(3000, 37, seed: 6))
    let query = gaussian(1, 37, seed: 7)
    let wanted = Set(stride(from: 5, to: 3000, by: 40))
    let sparse = RowFilter.among(wanted)
    let dense = RowFilter.excluding((0..<3000).filter { !wanted.contains($0) })
    #expect(sparse.isSparse(among: 3000))
    #expect(!dense.isSparse(among: 3000))
    let a = try index.nearest(50, to: query[row: 0], where: sparse)
    let b = try index.nearest(50, to: query[row: 0], where: dense)
    #expect(a == b)
    #expect(a.count == 50)
  }

  @Test("Cosine does not know lengths")
  func cosine() throws {
    let vectors = Matrix(
      rows: 5, columns: 2, values: [100, 1, 0.001, 0, 3, 3, 0, 0, 1e-30, 0])
    let index = try ExactIndex(vectors, similarity: .cosine)
    let found = try index.nearest(5, to: [1e-20, 0])
    #expect(found.map(\.row) == [1, 4, 0, 2, 3])
    #expect(abs(found[0].score - 1) < 1e-6)
    #expect(abs(found[3].score - Float(0.5).squareRoot()) < 1e-6)
    #expect(found[4].score == 0)
    #expect(try index.nearest(5, to: [0, 0]).map(\.row) == [0, 1, 2, 3, 4])
  }

  @Test("A file that is no tensor file, or has no such tensor, is named")
  func badFiles() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "vectors.safetensors")
      #expect(throws: FileError.self) { try ExactIndex(streaming: file, tensor: "vectors") }
      try Safetensors.write([("vectors", Matrix(rows: 1, columns: 2))], to: file)
      let error = try #require(throws: TensorFileError.self) {
        try ExactIndex(streaming: file, tensor: "items")
      }
      #expect(error.message.contains("no tensor \"items\"; the file has \"vectors\""))
      #expect(error.message.hasPrefix(file.path()))
    }
  }
}

/// Numbers of no simple form, so that rounding shows.
func gaussian(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var random = RandomStream(seed: seed)
  let values = (0..<rows * columns).map { _ in
    random.uniform() + random.uniform() + random.uniform() - 1.5
  }
  return Matrix(rows: rows, columns: columns, values: values)
}

func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "shortlist-\(UInt64.random(in: .min ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
