import Foundation
import Shortlist

// Measures the exact index: one query over small and large catalogues, and batches of 1,024.
//
//   swift run -c release IndexBenchmark

/// The median time of a few calls, in seconds.
func seconds(_ runs: Int, _ body: () throws -> Void) rethrows -> Double {
  try body()
  let clock = ContinuousClock()
  let times = try (0..<runs).map { _ in try clock.measure(body) / .seconds(1) }
  return times.sorted()[runs / 2]
}

func randomMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var random = RandomStream(seed: seed)
  var matrix = Matrix(rows: rows, columns: columns)
  var values = matrix.mutableValues
  for i in 0..<values.count { values[i] = random.uniform() - 0.5 }
  return matrix
}

func text(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

func pad(_ text: String, _ width: Int = 12) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

func report(_ cells: [String]) { print(cells.map { pad($0) }.joined(separator: " ")) }

report(["vectors", "dimensions", "queries", "threads", "ms", "GB/s", "GFLOP/s"])
for (count, dimensions) in [(100_000, 32), (1_000_000, 64)] {
  let index = try ExactIndex(randomMatrix(count, dimensions, seed: 1))
  let bytes = Double(count * dimensions * 4)
  for queries in [1, 1024] {
    let batch = randomMatrix(queries, dimensions, seed: 2)
    for threads in [1, Parallel.threads] {
      let time = try Parallel.$threads.withValue(threads) {
        if queries == 1 {
          return try seconds(21) { _ = try index.nearest(100, to: batch[row: 0]) }
        }
        return try seconds(3) { _ = try index.nearest(100, to: batch) }
      }
      report([
        "\(count)", "\(dimensions)", "\(queries)", "\(threads)", text(time * 1000, 3),
        queries == 1 ? text(bytes / time / 1e9) : "-",
        text(2 * Double(queries * count * dimensions) / time / 1e9),
      ])
    }
  }
}
