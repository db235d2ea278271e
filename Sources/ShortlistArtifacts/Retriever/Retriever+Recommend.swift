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
  ///   - filter: a condition on the columns of the catalogue's items.
  ///   - excludingSeen: whether what the user has interacted with is left out, where there is a history.
  /// - Throws: `RetrieverError` when k is below 1, a feature is missing, or there are no columns to filter by;
  ///   `DataError` when the filter does not fit the columns.
  public func recommend(
    _ k: Int, for query: Query, excluding: Set<String> = [], among: Set<String>? = nil,
    matching filter: ItemFilter? = nil, excludingSeen: Bool = true
  ) throws -> Recommendations {
    var request = RecommendationQuery(k, for: query)
    (request.excluding, request.among) = (excluding, among)
    (request.filter, request.excludingSeen) = (filter, excludingSeen)
    return try recommend(request)
  }

  /// The best items for each row of a dataset, best first.
  ///
  /// - Parameters:
  ///   - queries: the features that the query tower reads.
  ///   - filter: a condition on the columns of the catalogue's items.
  /// - Throws: `RetrieverError` when k is below 1 or there are no columns to filter by, `DataError` when a
  ///   feature is missing or the filter does not fit the columns.
  public func recommend(
    _ k: Int, forEach queries: Dataset, excluding: Set<String> = [], among: Set<String>? = nil,
    matching filter: ItemFilter? = nil, excludingSeen: Bool = true
  ) throws -> [Recommendations] {
    try RetrieverError.check(count: k)
    let allowed = try rows(excluding: excluding, among: among, matching: filter)
    var users: StringColumn?
    if excludingSeen, let history, queries.has(history.user) {
      users = try queries.column(history.user)
    }
    let block = 1024
    return try stride(from: 0, to: queries.rowCount, by: block).flatMap { start in
      let rows = Array(start..<min(start + block, queries.rowCount))
      let filters = rows.map { row in unseen(allowed, by: users.map { $0[row] }) }
      return try recommend(k, for: queries.rows(at: rows), where: filters)
    }
  }

  func recommend(
    _ k: Int, for queries: Dataset, where filters: [RowFilter]
  ) throws -> [Recommendations] {
    let bound = try model.query.bind(queries)
    let known = knows(bound)
    let found = try index.nearest(
      k, to: model.embedQueries(bound).gathering(bound.rowOfExample),
      vectors: model.task.queryVectors, where: filters)
    return found.indices.map { row in
      if !known[Int(bound.rowOfExample[row])],
        let popular = mostPopular(k, where: filters[row])
      {
        return popular
      }
      return recommendations(found[row][...])
    }
  }

  func recommendations(_ neighbors: ArraySlice<Neighbor>) -> Recommendations {
    Recommendations(
      neighbors.map { Recommendation(identifier: catalogue.identifiers[$0.row], score: $0.score) })
  }

  /// For each distinct query whether the model knows anything of it: a number, or a value of a vocabulary.
  func knows(_ queries: BoundTower) -> [Bool] {
    var known = [Bool](repeating: false, count: queries.count)
    for feature in queries.features {
      switch feature {
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

  func mostPopular(_ k: Int, where filter: RowFilter) -> Recommendations? {
    guard let popularity else { return nil }
    let rows = popularity.rows.lazy.filter { filter.contains($0) }.prefix(k)
    return Recommendations(
      rows.map {
        Recommendation(identifier: catalogue.identifiers[$0], score: popularity.shares[$0])
      }, basis: .popularity)
  }

  /// The rows that may be recommended to anybody.
  func rows(
    excluding: Set<String>, among: Set<String>?, matching filter: ItemFilter?
  ) throws -> RowFilter {
    var allowed = try filter.map { try rows(matching: $0) }
    if let among {
      let chosen = RowSet(among.compactMap { catalogue.row(of: $0) })
      allowed = allowed?.intersection(chosen) ?? chosen
    }
    let chosen = allowed.map { RowFilter.among($0) } ?? .all
    return excluding.isEmpty
      ? chosen : chosen.excluding(excluding.compactMap { catalogue.row(of: $0) } as [Int])
  }

  func unseen(_ rows: RowFilter, by user: String?) -> RowFilter {
    guard let user, let seen, let number = history?.number(of: user) else { return rows }
    return rows.excluding(seen[number])
  }

  /// The items nearest to an item by the cosine of their vectors, best first, without itself.
  ///
  /// - Parameter filter: a condition on the columns of the catalogue's items.
  /// - Throws: `RetrieverError` when k is below 1, the item is not in the catalogue, or there are no columns to
  ///   filter by; `DataError` when the filter does not fit the columns.
  public func similar(
    _ k: Int, to item: String, matching filter: ItemFilter? = nil
  ) throws -> Recommendations {
    try RetrieverError.check(count: k)
    guard let row = catalogue.row(of: item) else {
      throw RetrieverError.unknown(item, among: catalogue.identifiers)
    }
    let allowed = try rows(excluding: [], among: nil, matching: filter)
    return recommendations(try neighbors.nearest(k, to: row, where: allowed)[...])
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
