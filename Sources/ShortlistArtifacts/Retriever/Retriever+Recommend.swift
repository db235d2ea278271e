public import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

extension Retriever {
  /// The best items for a query, best first. Always k of them where k remain, else all that remain.
  ///
  /// A query of whom the model knows nothing (every value with a vocabulary is unknown to it) gets the most
  /// popular items, and the answer says so.
  ///
  /// - Parameters:
  ///   - k: how many, at least 1.
  ///   - query: the features that the query tower reads.
  ///   - excluding: items to leave out; those that are not in the catalogue do not matter.
  ///   - among: the only items to choose from; nil for all.
  ///   - excludingSeen: whether what the user has interacted with is left out, where there is a history.
  /// - Throws: `RetrieverError` when k is below 1 or a feature is missing.
  public func recommend(
    _ k: Int, for query: Query, excluding: Set<String> = [], among: Set<String>? = nil,
    excludingSeen: Bool = true
  ) throws -> Recommendations {
    try RetrieverError.check(count: k)
    let names = model.query.features.map(\.featureName)
    let dataset = try query.dataset(of: names)
    var user: String?
    if excludingSeen, let history, case .string(let name)? = query.features[history.user.name] {
      user = name
    }
    let filter = filter(user: user, excluding: excluding, among: among)
    return try recommend(k, for: dataset, where: [filter])[0]
  }

  /// The best items for each row of a dataset, best first.
  ///
  /// - Parameter queries: the features that the query tower reads.
  /// - Throws: `RetrieverError` when k is below 1, `DataError` when a feature is missing.
  public func recommend(
    _ k: Int, forEach queries: Dataset, excluding: Set<String> = [], among: Set<String>? = nil,
    excludingSeen: Bool = true
  ) throws -> [Recommendations] {
    try RetrieverError.check(count: k)
    var users: StringColumn?
    if excludingSeen, let history, queries.has(history.user) {
      users = try queries.column(history.user)
    }
    let block = 1024
    return try stride(from: 0, to: queries.rowCount, by: block).flatMap { start in
      let rows = Array(start..<min(start + block, queries.rowCount))
      let filters = rows.map { row in
        filter(user: users.map { $0[row] }, excluding: excluding, among: among)
      }
      return try recommend(k, for: queries.rows(at: rows), where: filters)
    }
  }

  private func recommend(
    _ k: Int, for queries: Dataset, where filters: [RowFilter]
  ) throws -> [Recommendations] {
    let count = queries.rowCount
    let heads = model.task.queryVectors
    let vectors = try model.embedQueries(queries)
      .reshaped(rows: count * heads, columns: model.dimensions)
    let perVector = filters.flatMap { Array(repeating: $0, count: heads) }
    let found = try index.nearest(k, to: vectors, where: perVector)
    let known = try knows(queries)
    return (0..<count).map { row in
      if !known[row], let popular = mostPopular(k, where: filters[row]) { return popular }
      let best = Self.merged(found[row * heads..<(row + 1) * heads], k)
      return Recommendations(
        best.map { Recommendation(identifier: catalogue.identifiers[$0.row], score: $0.score) })
    }
  }

  /// The best of several lists: an item's score is the largest of its scores.
  private static func merged(_ lists: ArraySlice<[Neighbor]>, _ k: Int) -> [Neighbor] {
    guard let first = lists.first, lists.count > 1 else { return lists.first ?? [] }
    var best: [Int: Float] = [:]
    for neighbor in lists.dropFirst().reduce(first, +) {
      best[neighbor.row] = max(best[neighbor.row] ?? -.infinity, neighbor.score)
    }
    let all = best.map { Neighbor(row: $0.key, score: $0.value) }
    return Array(all.sorted { ($1.score, $0.row) < ($0.score, $1.row) }.prefix(k))
  }

  /// For each row whether the model knows anything of it: a number, or a value of a vocabulary.
  private func knows(_ queries: Dataset) throws -> [Bool] {
    var known = [Bool](repeating: false, count: queries.rowCount)
    for feature in model.query.features {
      switch try feature.bind(queries) {
      case .single(let rows): for (i, row) in rows.enumerated() where row != 0 { known[i] = true }
      case .lists(let rows, let offsets):
        for i in known.indices where rows[offsets[i]..<offsets[i + 1]].contains(where: { $0 != 0 })
        {
          known[i] = true
        }
      case .numbers: for i in known.indices { known[i] = true }
      }
    }
    return known
  }

  private func mostPopular(_ k: Int, where filter: RowFilter) -> Recommendations? {
    guard let popularity else { return nil }
    let rows = popularity.rows.lazy.filter { filter.contains($0) }.prefix(k)
    return Recommendations(
      rows.map {
        Recommendation(identifier: catalogue.identifiers[$0], score: popularity.shares[$0])
      }, basis: .popularity)
  }

  private func filter(
    user: String?, excluding: Set<String>, among: Set<String>?
  ) -> RowFilter {
    var filter = RowFilter.all
    if let among { filter = .among(among.compactMap { catalogue.row(of: $0) }.sorted()) }
    var hidden = excluding.compactMap { catalogue.row(of: $0) }
    if let user, let history {
      hidden += history.items(of: user).compactMap { catalogue.row(of: $0) }
    }
    return hidden.isEmpty ? filter : filter.excluding(hidden)
  }

  /// The items nearest to an item by the cosine of their vectors, best first, without itself.
  ///
  /// - Throws: `RetrieverError` when k is below 1 or the item is not in the catalogue.
  public func similar(_ k: Int, to item: String) throws -> Recommendations {
    try RetrieverError.check(count: k)
    guard let row = catalogue.row(of: item) else {
      throw RetrieverError(
        .unknownItem,
        "\"\(item)\" is not in the catalogue of \(catalogue.count) items"
          + (closest(to: item).map { "; did you mean \"\($0)\"?" } ?? ""))
    }
    return Recommendations(
      try neighbors.nearest(k, to: row).map {
        Recommendation(identifier: catalogue.identifiers[$0.row], score: $0.score)
      })
  }

  /// An identifier that holds the text, or begins like it, without regard to case.
  private func closest(to item: String) -> String? {
    let wanted = item.lowercased()
    guard !wanted.isEmpty else { return nil }
    return catalogue.identifiers.first { $0.lowercased().hasPrefix(wanted) }
      ?? catalogue.identifiers.first { $0.lowercased().contains(wanted) }
  }

  /// Every user of the history as a dataset for `recommend(_:forEach:)`.
  ///
  /// - Throws: `RetrieverError.noUsers` without a history, or where the query tower reads more than the user.
  public func allUsers() throws -> Dataset {
    guard let history else {
      throw RetrieverError(
        .noUsers, "the artefact holds no interactions, so its users are not known")
    }
    let names = Set(model.query.features.map(\.featureName))
    guard names == [history.user.name] else {
      throw RetrieverError(
        .noUsers,
        "the query tower reads \(names.sorted().joined(separator: ", ")); give the users with these columns"
      )
    }
    return try Dataset([(history.user.name, .strings(StringColumn(history.users)))])
  }
}
