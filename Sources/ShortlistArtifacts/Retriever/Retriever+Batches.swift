package import ShortlistData
import ShortlistIndex
import ShortlistModels
import ShortlistTensors

/// One of several requests that are answered together.
package struct RecommendationQuery: Sendable {
  package var k: Int
  package var query: Query
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
        guard case .string(let value)? = request.query.features[table.feature] else {
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

  private func recommend(_ request: RecommendationQuery) throws -> Recommendations {
    try recommend(
      request.k, for: request.query, excluding: request.excluding, among: request.among,
      matching: request.filter, excludingSeen: request.excludingSeen)
  }
}
