import Foundation
import Shortlist

/// A line of peers/ann.py.
private struct Line: Encodable {
  var library: String
  var set: String
  var variant: String
  var parameters: String
  var recall: Double
  var qps: Int
  var qpsTogether: Int
  var buildSeconds: Double
  var bytes: Int
  var vectorBytes: Int
}

private func seconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .seconds(1)
}

/// Builds a candidate, and prints a line for each of its searches.
func measure(_ candidate: Candidate, on set: VectorSet, repeats: Int) throws {
  var built: Built?
  let buildSeconds = try seconds { built = try candidate.build() }
  guard let built else { return }
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  encoder.keyEncodingStrategy = .convertToSnakeCase
  for search in built.searches {
    let (found, single, together) = try Parallel.$threads.withValue(1) {
      try speeds(of: search.index, queries: set.queries, repeats: repeats)
    }
    let line = Line(
      library: candidate.library, set: set.name, variant: candidate.variant,
      parameters: search.parameters, recall: set.recall(found), qps: Int(single),
      qpsTogether: Int(together), buildSeconds: buildSeconds, bytes: built.bytes,
      vectorBytes: built.vectorBytes)
    FileHandle.standardOutput.write(try encoder.encode(line) + Data("\n".utf8))
  }
}

/// What one query a call finds; queries a second one by one, and all in one call.
private func speeds(
  of index: any VectorIndex, queries: Matrix, repeats: Int
) throws -> (found: [[Neighbor]], single: Double, together: Double) {
  var found: [[Neighbor]] = []
  var single = Double.infinity
  var together = Double.infinity
  for query in 0..<min(50, queries.rows) {
    _ = try index.nearest(VectorSet.k, to: queries[row: query])
  }
  for _ in 0..<repeats {
    found.removeAll(keepingCapacity: true)
    let time = try seconds {
      for query in 0..<queries.rows {
        found.append(try index.nearest(VectorSet.k, to: queries[row: query]))
      }
    }
    single = min(single, time)
    together = try min(together, seconds { _ = try index.nearest(VectorSet.k, to: queries) })
  }
  return (found, Double(queries.rows) / single, Double(queries.rows) / together)
}
