import Foundation
import Shortlist

// Measures filters over the columns of items: how long it takes to find the rows that match, and what a filter
// adds to a recommendation, at selectivities of 50, 10, 1 and 0.1 %, by the exact and a ScaNN index. Recall is
// against exact search with the same filter. Medians.
//
//   swift run -c release FilterBenchmark [ITEMS]
@main
struct FilterBenchmark {
  let count: Int
  let exact: Retriever
  let fast: Retriever
  static let users = 400
  static let item: Feature<String> = "title"

  static func main() throws {
    let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
    let benchmark = try FilterBenchmark(items: count)
    print(
      "\(count) items of 32 dimensions, 100 of them seen by each user; \(Parallel.threads) threads")
    try benchmark.findRows()
    try benchmark.recommend()
  }

  /// Vectors of 200 clusters, and columns of every kind; `share` is uniform below 1,000.
  private init(items count: Int) throws {
    self.count = count
    var random = RandomStream(seed: 1)
    let titles = (0..<count).map { "Film number \($0) (\(1920 + $0 % 100))" }
    let genres = ["Action", "Comedy", "Drama", "Horror", "Romance", "Western"]
    let items = try Dataset([
      ("title", .init(titles)), ("share", .init((0..<count).map { _ in random.below(1000) })),
      ("rating", .init((0..<count).map { _ in random.uniform() * 5 })),
      ("country", .init((0..<count).map { _ in "country \(random.below(60))" })),
      (
        "genres",
        .init(
          (0..<count).map { _ in (0..<1 + random.below(3)).map { _ in genres[random.below(6)] } })
      ),
    ])
    let users = (0..<Self.users).map { "u\($0)" }
    var model = TwoTowerModel(
      query: Tower { Embedding(of: .userID, in: Vocabulary(users), dimensions: 32) },
      candidate: Tower { Embedding(of: Self.item, in: Vocabulary(titles), dimensions: 32) }, seed: 1
    )
    let centres = Self.normal(200, 32, seed: 2)
    for (name, seed) in [
      ("query/user_id/embedding", 3 as UInt64), ("candidate/title/embedding", 4),
    ] {
      model.parameters.update(name) { matrix in
        var random = RandomStream(seed: seed)
        let noise = Self.normal(matrix.rows, 32, seed: seed + 10)
        for row in 0..<matrix.rows {
          let centre = random.below(200)
          for column in 0..<32 {
            matrix[row, column] = centres[centre, column] + 0.5 * noise[row, column]
          }
        }
      }
    }
    let catalogue = try model.embedCandidates(items, identifiedBy: Self.item)
    let seen = (0..<Self.users * 100).map { _ in random.below(count) }
    let history = try InteractionHistory(
      Dataset([
        ("user_id", .init(seen.indices.map { users[$0 / 100] })),
        ("title", .init(seen.map { titles[$0] })),
      ]), user: .userID, item: Self.item)
    exact = Retriever(
      model, index: try ExactIndex(catalogue.embeddings), over: catalogue, history: history)
    fast = try exact.indexed(as: .scann, recall: 0.95)
  }

  private static func normal(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed)
    var matrix = Matrix(rows: rows, columns: columns)
    // Nearly normal: the sum of twelve uniform numbers.
    for row in 0..<rows {
      for column in 0..<columns {
        matrix[row, column] = (0..<12).reduce(Float(-6)) { sum, _ in sum + random.uniform() }
      }
    }
    return matrix
  }

  // MARK: Rows

  private func findRows() throws {
    guard let items = exact.catalogue.items else { return }
    print("\nfinding the rows, no filter kept          matching     us")
    for text in [
      "share < 500", "rating between 2 and 4.5", "country = 'country 7'",
      "country in ('country 7', 'country 8')",
      "genres contains 'Comedy'", "title = 'Film number 17 (1937)'",
      "title in ('Film number 17 (1937)', 'Film number 18 (1938)')", "title < 'Film number 5'",
      "genres contains 'Comedy' and 100 <= share < 900 and not (country in ('country 7', 'country 8'))",
    ] {
      let filter = try ItemFilter(text)
      let matching = try items.rows(matching: filter).count
      let seconds = try median(of: 40) { _ = try items.rows(matching: filter) }
      print(
        Self.left(text, 40) + String(format: "  %8d  %7.1f", matching, seconds * 1e6))
    }
  }

  // MARK: Recommendations

  private func recommend() throws {
    print(
      "\n10 items for a user, us                 one    again    batch of 400, each   recall@10")
    for (name, retriever) in [("exact", exact), ("scann", fast)] {
      try row("\(name), no filter", retriever, nil)
      for share in [500, 100, 10, 1] {
        try row("\(name), \(Double(share) / 10) % match", retriever, share)
      }
    }
  }

  private func row(_ name: String, _ retriever: Retriever, _ share: Int?) throws {
    var round = 0
    func query() -> Query {
      round += 1
      return ["user_id": .string("u\(round % Self.users)")]
    }
    // Each a filter of its own, none of which is known.
    let once = try median(of: 60) {
      let filter = share.map {
        ItemFilter.range("share", from: .integer(-1 - round), below: .integer($0))
      }
      _ = try retriever.recommend(10, for: query(), matching: filter)
    }
    let filter = share.map { ItemFilter.range("share", below: .integer($0)) }
    let again = try median(of: 400) {
      _ = try retriever.recommend(10, for: query(), matching: filter)
    }
    let users = try retriever.allUsers()
    let batch = try median(of: 9) {
      _ = try retriever.recommend(10, forEach: users, matching: filter)
    }
    let truth = try exact.recommend(10, forEach: users, matching: filter)
    let found = try retriever.recommend(10, forEach: users, matching: filter)
    var (hits, wanted) = (0, 0)
    for (a, b) in zip(truth, found) {
      hits += Set(a.map(\.identifier)).intersection(b.map(\.identifier)).count
      wanted += a.count
    }
    print(
      Self.left(name, 32)
        + String(
          format: "  %9.1f %8.1f   %10.1f            %.4f", once * 1e6, again * 1e6,
          batch * 1e6 / Double(Self.users), Double(hits) / Double(max(1, wanted))))
  }

  private static func left(_ text: String, _ width: Int) -> String {
    String(text.prefix(width)).padding(toLength: width, withPad: " ", startingAt: 0)
  }

  private func median(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
    try body()
    var seconds: [Double] = []
    for _ in 0..<runs {
      let start = ContinuousClock.now
      try body()
      seconds.append((ContinuousClock.now - start) / .seconds(1))
    }
    return seconds.sorted()[runs / 2]
  }
}
