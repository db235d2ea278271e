import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// Ranks of true candidates by what an index finds.
struct IndexSearch: Sendable {
  private let index: any VectorIndex
  private let comparison: FactorizedTopK.Comparison
  /// The largest k that is asked for; ranks beyond it are misses.
  private let limit: Int

  /// Queries that are searched together.
  private static let blockQueries = 1024

  init(
    _ index: any VectorIndex, comparison: FactorizedTopK.Comparison, limit: Int,
    catalogue: Catalogue
  ) throws {
    guard comparison == .identifiers || index.isExact else {
      throw TrainingError(
        .inexactIndex,
        "top-k accuracy by scores needs an exact index: a true item that this index does not find would "
          + "count as a hit if it scored high enough. Compare by identifiers, or use an ExactIndex")
    }
    let embeddings = catalogue.embeddings
    guard index.count == embeddings.rows, index.dimensions == embeddings.columns else {
      throw TrainingError(
        .unfitIndex,
        "the index holds \(index.count) vectors of \(index.dimensions) dimensions, the catalogue "
          + "\(embeddings.rows) of \(embeddings.columns); build it over the catalogue's embeddings")
    }
    self.index = index
    self.comparison = comparison
    self.limit = limit
  }

  /// Ranks in the order of the examples; `Ranking.missed` where a rank is beyond the limit.
  func ranks(
    _ ranking: Ranking, masking: Ranking.Masking?
  ) throws -> [Int32] {
    struct Search: Hashable {
      let query: Int32
      let list: Int32
    }
    var examples: [Search: [Int32]] = [:]
    var searches: [Search] = []
    for (example, truth) in ranking.trueRows.enumerated() where truth >= 0 {
      let list = masking?.listOfExample[example] ?? 0
      if masking?.lists[Int(list)].containsInOrder(truth) == true { continue }
      let search = Search(query: ranking.queryOfExample[example], list: list)
      if examples[search] == nil { searches.append(search) }
      examples[search, default: []].append(Int32(example))
    }

    var ranks = [Int32](repeating: Ranking.missed, count: ranking.trueRows.count)
    for start in stride(from: 0, to: searches.count, by: Self.blockQueries) {
      let block = searches[start..<min(start + Self.blockQueries, searches.count)]
      let filters = block.map { search in
        RowFilter.excluding(masking?.lists[Int(search.list)].map { Int($0) } ?? [])
      }
      let found = try neighbors(
        of: ranking.queries.gathering(block.map(\.query)), heads: ranking.heads, where: filters)
      for (search, neighbors) in zip(block, found) {
        for example in examples[search] ?? [] {
          let truth = Int(ranking.trueRows[Int(example)])
          ranks[Int(example)] = rank(of: truth, among: neighbors)
        }
      }
    }
    return ranks
  }

  /// For each query the best items; by scores one more than the limit, so that a tie at the limit is seen.
  private func neighbors(
    of queries: Matrix, heads: Int, where filters: [RowFilter]
  ) throws -> [[Neighbor]] {
    let wanted = min(limit, index.count) + (comparison == .scores ? 1 : 0)
    return try index.nearest(wanted, to: queries, vectors: heads, where: filters)
  }

  private func rank(of row: Int, among neighbors: [Neighbor]) -> Int32 {
    guard let place = neighbors.firstIndex(where: { $0.row == row }) else { return Ranking.missed }
    switch comparison {
    case .identifiers: return Int32(place + 1)
    case .scores:
      let score = neighbors[place].score
      return Int32(neighbors.count { $0.score >= score })
    }
  }
}
