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
  var seen: [(recall: Double, together: Double)] = []
  for search in built.searches {
    try Parallel.$threads.withValue(1) {
      var together = try 1 / seconds { _ = try search.together(set.queries) }
      let recall = try set.recall(search.together(set.queries))
      together *= Double(set.queries.rows)
      // Passes over what cannot be on the front, as ann.py does: too few found, or found much faster before.
      if recall < interesting
        || seen.contains(where: { $0.recall >= recall && $0.together * 0.7 > together })
      {
        return
      }
      seen.append((recall, together))
      let (found, single) = try speed(of: search, queries: set.queries, repeats: repeats)
      for _ in 0..<repeats {
        together = try max(
          together, Double(set.queries.rows) / seconds { _ = try search.together(set.queries) })
      }
      let line = Line(
        library: candidate.library, set: set.name, variant: candidate.variant,
        parameters: search.parameters, recall: set.recall(found), qps: Int(single),
        qpsTogether: Int(together), buildSeconds: buildSeconds, bytes: built.bytes,
        vectorBytes: built.vectorBytes)
      FileHandle.standardOutput.write(try encoder.encode(line) + Data("\n".utf8))
    }
  }
}

/// Points below this recall are passed over.
private let interesting = 0.8

/// What one query a call finds, and queries a second.
private func speed(
  of search: Search, queries: Matrix, repeats: Int
) throws -> (found: [[Neighbor]], single: Double) {
  var found: [[Neighbor]] = []
  var single = Double.infinity
  for query in 0..<min(50, queries.rows) { _ = try search.one(queries[row: query]) }
  for _ in 0..<repeats {
    found.removeAll(keepingCapacity: true)
    let time = try seconds {
      for query in 0..<queries.rows { found.append(try search.one(queries[row: query])) }
    }
    single = min(single, time)
  }
  return (found, Double(queries.rows) / single)
}
