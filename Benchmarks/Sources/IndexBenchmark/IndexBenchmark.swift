import Foundation
import Shortlist

// Measures the exact index: one query against the speed at which this machine reads the vectors, and
// 1,024 queries against its peak of fused multiply-adds. Both limits are measured in the same run, in
// turns with the searches. Best of many runs.
//
//   swift run -c release IndexBenchmark [--json] [--only VECTORSxDIMENSIONS] [-k 10] [--queries 1024]
//   swift run -c release IndexBenchmark --set SET.safetensors      (a file of peers/ann_data.py)
@main
struct IndexBenchmark {
  var k = 10
  var queries = 1024
  var json = false
  var only: (count: Int, dimensions: Int)?
  var set: URL?
  var similarity = Similarity.innerProduct

  /// Catalogues of random vectors: in the third-level cache, and beyond it.
  static let shapes = [(100_000, 32), (1_000_000, 64), (500_000, 100), (200_000, 256)]

  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": json = true
      case "-k":
        guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { return nil }
        k = value
      case "--queries":
        guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { return nil }
        queries = value
      case "--only":
        let numbers = rest.popFirst()?.split(separator: "x").compactMap { Int($0) } ?? []
        guard numbers.count == 2, numbers.allSatisfy({ $0 > 0 }) else { return nil }
        only = (numbers[0], numbers[1])
      case "--similarity":
        guard let value = rest.popFirst().flatMap({ Similarity(rawValue: $0) }) else { return nil }
        similarity = value
      case "--set":
        guard let path = rest.popFirst() else { return nil }
        set = URL(fileURLWithPath: path)
      default: return nil
      }
    }
  }

  static func main() throws {
    guard let benchmark = IndexBenchmark(Array(CommandLine.arguments.dropFirst())) else {
      let usage = """
        usage: IndexBenchmark [--json] [--only VECTORSxDIMENSIONS | --set SET.safetensors] [-k 10]
                              [--queries 1024] [--similarity innerProduct|cosine|euclidean]

        """
      FileHandle.standardError.write(Data(usage.utf8))
      exit(2)
    }
    try benchmark.run()
  }

  private func run() throws {
    if !json { Row.printHeader() }
    if let set {
      // Copied out of the file, into memory like that of the others.
      let tensors = try Safetensors(contentsOf: set)
      var vectors = try tensors.matrix("base")
      vectors[0, 0] = vectors[0, 0]
      try measure(vectors, queries: try tensors.matrix("queries"))
      return
    }
    for (count, dimensions) in only.map({ [$0] }) ?? Self.shapes {
      try measure(
        randomMatrix(count, dimensions, seed: 1),
        queries: randomMatrix(queries, dimensions, seed: 2))
    }
  }

  private func measure(_ vectors: Matrix, queries: Matrix) throws {
    let index = try ExactIndex(vectors, similarity: similarity)
    for threads in Set([1, Parallel.threads]).sorted() {
      try Parallel.$threads.withValue(threads) {
        for row in [
          try single(index, vectors, query: queries, threads: threads),
          try batch(index, queries: queries, threads: threads),
        ] { row.print(asJSON: json) }
      }
    }
  }

  private func single(
    _ index: ExactIndex, _ vectors: Matrix, query: Matrix, threads: Int
  ) throws -> Row {
    let best = try fastest(
      { Limits.read(vectors, threads: threads) },
      { _ = try index.nearest(k, to: query[row: 0]) })
    let bytes = Double(vectors.count * MemoryLayout<Float>.stride)
    return Row(
      vectors: index.count, dimensions: index.dimensions, queries: 1, k: k, threads: threads,
      seconds: best.body, speed: bytes / best.body / 1e9, limit: bytes / best.limit / 1e9,
      unit: "GB/s")
  }

  private func batch(_ index: ExactIndex, queries: Matrix, threads: Int) throws -> Row {
    let best = try fastest(
      { Limits.multiplyAndAdd(threads: threads) }, { _ = try index.nearest(k, to: queries) })
    let operations = 2 * Double(queries.rows) * Double(index.count * index.dimensions)
    return Row(
      vectors: index.count, dimensions: index.dimensions, queries: queries.rows, k: k,
      threads: threads, seconds: best.body, speed: operations / best.body / 1e9,
      limit: Limits.operations(threads: threads) / best.limit / 1e9, unit: "GFLOP/s")
  }
}

func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var random = RandomStream(seed: seed)
  var matrix = Matrix(rows: rows, columns: columns)
  var values = matrix.mutableValues
  for i in 0..<values.count { values[i] = random.uniform() - 0.5 }
  return matrix
}
