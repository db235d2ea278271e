package import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// One of several requests that are answered together.
package struct RecommendationQuery: Sendable {
  package var k: Int
  package var query: Query
  /// The user, whatever the feature is called.
  package var user: String?
  package var excluding: Set<String> = []
  package var among: Set<String>?
  package var filter: ItemFilter?
  package var excludingSeen = true

  package init(_ k: Int, for query: Query) {
    self.k = k
    self.query = query
  }
}

extension Retriever {
  /// Whether requests together take less time than one by one.
  package var answersTogether: Bool { queryTable != nil && index is ExactIndex }

  /// The best items for each of several requests: each answer is what `recommend` alone gives.
  ///
  /// A request that cannot be answered is no matter to the others.
  package func recommend(
    _ requests: [RecommendationQuery]
  ) -> [Result<Recommendations, any Error>] {
    guard let table = queryTable, answersTogether, requests.count > 1 else {
      return requests.map { request in Result { try recommend(request) } }
    }
    var answers = [Result<Recommendations, any Error>?](repeating: nil, count: requests.count)
    // The requests that are searched for, with their rows of the table.
    var searched: [Int] = []
    var rows: [Int32] = []
    var filters: [RowFilter] = []
    var largest = 1
    for (place, request) in requests.enumerated() {
      do {
        guard let value = value(of: table.feature, in: request) else {
          answers[place] = .success(try recommend(request))
          continue
        }
        try RetrieverError.check(count: request.k)
        let filter = try self.filter(of: request)
        let row = table.words.row(of: value)
        if row == 0, let popular = mostPopular(request.k, where: filter) {
          answers[place] = .success(popular)
          continue
        }
        searched.append(place)
        rows.append(Int32(row))
        filters.append(filter)
        largest = max(largest, request.k)
      } catch {
        answers[place] = .failure(error)
      }
    }
    do {
      let found = try index.nearest(largest, to: table.vectors.gathering(rows), where: filters)
      for (place, neighbors) in zip(searched, found) {
        answers[place] = .success(recommendations(neighbors.prefix(requests[place].k)))
      }
    } catch {
      for place in searched { answers[place] = .failure(error) }
    }
    return answers.map { $0 ?? .success(Recommendations([])) }
  }

  /// The answer to one request.
  func recommend(_ request: RecommendationQuery) throws -> Recommendations {
    try RetrieverError.check(count: request.k)
    let allowed = try filter(of: request)
    if let table = queryTable, let value = value(of: table.feature, in: request) {
      let row = table.words.row(of: value)
      if row == 0, let popular = mostPopular(request.k, where: allowed) { return popular }
      return recommendations(
        try index.nearest(request.k, to: table.vectors[row: row], where: allowed)[...])
    }
    let dataset = try self.query(of: request)
      .dataset(of: model.query.features.map(\.featureName))
    return try recommend(request.k, for: dataset, where: [allowed])[0]
  }

  /// The features of a request, the user among them.
  func query(of request: RecommendationQuery) -> Query {
    var query = request.query
    if let user = request.user, let userFeature { query.features[userFeature] = .string(user) }
    return query
  }

  /// The rows that a request may be answered with.
  func filter(of request: RecommendationQuery) throws -> RowFilter {
    let allowed = try rows(
      excluding: request.excluding, among: request.among, matching: request.filter)
    guard request.excludingSeen, let history else { return allowed }
    return unseen(allowed, by: value(of: history.user.name, in: request))
  }

  /// The value of a feature in a request, where it is one string.
  private func value(of feature: String, in request: RecommendationQuery) -> String? {
    if let user = request.user, feature == userFeature { return user }
    guard case .string(let value)? = request.query.features[feature] else { return nil }
    return value
  }
}
