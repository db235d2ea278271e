import Foundation
import Shortlist

/// Evaluates embeddings that TensorFlow Recommenders trained, on its own test rows, beside its own figures:
///
///     Benchmarks/peers/tfrs_tutorial.py --data FOLDER --write-split DIR --export DIR
///     PeerEvaluation DIR FOLDER
///
/// TFRS ranks among the 1,682 rows of the film list, where 18 titles stand twice; so does this, for the
/// comparison, and among the 1,664 titles beside it. Ends with status 1 where a figure differs by more than 0.001 from the ranks of the same embeddings.

struct Metrics: Decodable {
  let metrics: [String: Double]
  let exactMetrics: [String: Double]
}

guard CommandLine.arguments.count == 3 else {
  print("usage: PeerEvaluation DIR FOLDER")
  exit(2)
}
let folder = URL(filePath: CommandLine.arguments[1])
let tables = try Safetensors(contentsOf: folder.appending(path: "embeddings.safetensors"))
let users = try Vocabulary(contentsOf: folder.appending(path: "user_id.txt"))
let titles = try Vocabulary(contentsOf: folder.appending(path: "movie_title.txt"))
let userTable = try tables.matrix("user_id/embedding")
let titleTable = try tables.matrix("movie_title/embedding")
let test = try Dataset(
  contentsOf: folder.appending(path: "test.csv").path(percentEncoded: false),
  columns: [.init(.userID), .init(.movieTitle)])

let queries = users.rows(of: test[.userID])
let films = try MovieLens(.small100K, at: CommandLine.arguments[2]).movies[.movieTitle]

/// The accuracy among titles; one that stands again gets a name of its own.
func accuracy(among list: [String]) throws -> TopKAccuracy {
  var seen: Set<String> = []
  let names = list.map { seen.insert($0).inserted ? $0 : "\($0) again" }
  let catalogue = Catalogue(
    identifiers: names, identifiedBy: .movieTitle,
    embeddings: titleTable.gathering(list.map { Int32(titles.row(of: $0)) }))
  return try FactorizedTopK(among: catalogue).accuracy(
    queries: userTable, queryOfExample: queries, items: test[.movieTitle])
}
let distinct = try accuracy(among: titles.words)
let listed = try accuracy(among: Array(films))

let decoder = JSONDecoder()
decoder.keyDecodingStrategy = .convertFromSnakeCase
let peer = try decoder.decode(
  Metrics.self, from: Data(contentsOf: folder.appending(path: "metrics.json")))
var largest = 0.0
print("        reported by TFRS   exact ranks   here   among distinct titles")
for k in distinct.ks {
  let name = "top_\(k)"
  let exact = peer.exactMetrics[name] ?? .nan
  largest = max(largest, abs(exact - listed[k: k]))
  print(
    String(
      format: "top-%-3d %17.5f %13.5f %7.5f %10.5f", k, peer.metrics[name] ?? .nan, exact,
      listed[k: k],
      distinct[k: k]))
}
print(String(format: "largest difference from the exact ranks: %.5f", largest))
exit(largest <= 0.001 ? 0 : 1)
